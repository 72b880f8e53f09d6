import type { Profile } from '../../users/index.js';

/** What a device receives when it signs in or refreshes. */
export interface SessionGrant {
  readonly user: Profile;
  readonly accessToken: string;
  /** Seconds until the access token expires. */
  readonly expiresIn: number;
  /** Can be exchanged once. */
  readonly refreshToken: string;
}
