import type { User } from '../../users/index.js';

/** How a user proved who they are, as an RFC 8176 value. `pwd` is a password, `otp` a one-time code. */
export type AuthenticationMethod = 'pwd' | 'otp';

/** The result of every way to sign in: who it is, how they proved it, and when. */
export interface Proof {
  readonly user: User;
  readonly methods: readonly AuthenticationMethod[];
  readonly at: Date;
}
