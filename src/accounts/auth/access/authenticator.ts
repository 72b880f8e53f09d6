import type { Principal } from '#libs/permissions';

/** The injection token of all authenticators, in the order they are tried. */
export const AUTHENTICATORS = Symbol('Authenticators');

/** Recognizes one kind of bearer token. */
export interface Authenticator {
  /** @returns undefined for tokens of other kinds and for invalid tokens */
  authenticate(token: string): Principal | undefined | Promise<Principal | undefined>;
}
