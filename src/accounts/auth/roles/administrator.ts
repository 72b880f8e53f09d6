import type { ChangingUser } from '../../users/index.js';

/** Someone who changes what isn't their own, and what they may do. */
export interface Administrator extends ChangingUser {
  readonly roles: readonly string[];
}
