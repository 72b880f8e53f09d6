import type { User } from '../../users/index.js';

/** How someone proved who they are, as RFC 8176 names it: `pwd` is a password. */
export type AuthenticationMethod = 'pwd';

/** What every way to sign in ends with: who it is, how they proved it, and when. */
export interface Proof {
  readonly user: User;
  readonly methods: readonly AuthenticationMethod[];
  readonly at: Date;
}
