import type { UserStatus } from './user.entity.js';

/** The visible part of a user, with the email address decrypted. */
export interface Profile {
  readonly id: string;
  /** Increases with every visible change. */
  readonly version: number;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly locale: string;
  readonly timezone: string;
  readonly avatarUrl: string | null;
  readonly signInNotifications: boolean;
  readonly roles: readonly string[];
  readonly status: UserStatus;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly appMetadata: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What users can change about themselves (RFC 7396): omitted fields stay the same, null removes. */
export interface ProfilePatch {
  readonly displayName?: string | null;
  readonly locale?: string | null;
  readonly timezone?: string | null;
  readonly avatarUrl?: string | null;
  readonly signInNotifications?: boolean | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}

/** What administrators can change about anyone. */
export interface ManagedPatch extends ProfilePatch {
  readonly appMetadata?: Readonly<Record<string, unknown>> | null;
}
