import type { UserStatus } from './user.entity.js';

/** A user as others may see them, with the address in the clear. */
export interface Profile {
  readonly id: string;
  /** Grows with every change that is shown. */
  readonly version: number;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly locale: string;
  readonly timezone: string;
  readonly avatarUrl: string | null;
  readonly roles: readonly string[];
  readonly status: UserStatus;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What users change about themselves (RFC 7396): what is left out stays, null removes. */
export interface ProfilePatch {
  readonly displayName?: string | null;
  readonly locale?: string | null;
  readonly timezone?: string | null;
  readonly avatarUrl?: string | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}
