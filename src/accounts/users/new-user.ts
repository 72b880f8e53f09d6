import { DEFAULT_LOCALE, DEFAULT_TIMEZONE } from './profile-patch.js';

export interface NewUser {
  /** A new ID, if it had to be known earlier. */
  readonly id?: string | undefined;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly displayName?: string | null | undefined;
  readonly locale?: string | undefined;
  readonly timezone?: string | undefined;
  readonly avatarUrl?: string | null | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
  readonly appMetadata?: Readonly<Record<string, unknown>> | null | undefined;
  readonly roles: readonly string[];
  /** Whether they have yet to prove that the address is theirs before they can use it. A mere wish doesn't stop that. */
  readonly provesLater?: boolean;
  /** Whether a mail is sent along with this, so that the next one has to wait. */
  readonly mailSent?: boolean;
}

/** What a new user has, with the defaults for what isn't given. */
export function columnsOf(input: NewUser) {
  return {
    emailVerified: input.emailVerified,
    displayName: input.displayName ?? null,
    locale: input.locale ?? DEFAULT_LOCALE,
    timezone: input.timezone ?? DEFAULT_TIMEZONE,
    avatarUrl: input.avatarUrl ?? null,
    roles: [...input.roles],
    metadata: input.metadata ?? {},
    appMetadata: input.appMetadata ?? {},
  };
}
