import type { User } from '../../users/index.js';

/**
 * How a user proved who they are, as an RFC 8176 value. `pwd` is a password, `otp` a one-time code, `pop` a passkey,
 * `mfa` a second factor. RFC 8176 has none for
 * another service that says who it is: `fed` is what others use.
 */
export type AuthenticationMethod = 'pwd' | 'otp' | 'pop' | 'fed' | 'mfa';

/** The result of every way to sign in: who it is, how they proved it, and when. */
export interface Proof {
  readonly user: User;
  /** RFC 8176: see `AuthenticationMethod`. */
  readonly methods: readonly string[];
  readonly at: Date;
}

/** Whether the proof includes a second factor. */
export function withSecondFactor(methods: readonly string[]): boolean {
  return methods.includes('mfa' satisfies AuthenticationMethod);
}

/** The methods of a proof that a second factor has completed. */
export function addSecondFactor(methods: readonly string[], factor: AuthenticationMethod): string[] {
  return [...new Set([...methods, factor, 'mfa' satisfies AuthenticationMethod])];
}
