import type { Profile } from '../../users/index.js';

/** What a device gets that has signed in or refreshed. */
export interface SessionGrant {
  readonly user: Profile;
  readonly accessToken: string;
  /** Seconds until the access token expires. */
  readonly expiresIn: number;
  /** Can be exchanged once. */
  readonly refreshToken: string;
}
