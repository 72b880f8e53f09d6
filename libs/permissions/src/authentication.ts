import type { Principal } from './principal.js';

/** Recognizes callers. Provided by the service that issues their credentials. */
export abstract class Authentication {
  /**
   * Returns a plain value where possible, because the guard asks for every request.
   * @param authorization the header of that name
   * @returns undefined without valid credentials
   */
  abstract identify(
    authorization: string | undefined,
  ): Principal | undefined | Promise<Principal | undefined>;
}
