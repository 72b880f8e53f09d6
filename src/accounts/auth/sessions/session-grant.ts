import type { Profile } from '../../users/index.js';

export interface AccessGrant {
  readonly accessToken: string;
  /** Seconds until the access token expires. */
  readonly expiresIn: number;
}

/** What a device receives when it signs in or refreshes. */
export interface SessionGrant extends AccessGrant {
  readonly user: Profile;
  /** Can be exchanged once. */
  readonly refreshToken: string;
}
