import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';

export interface RecipientRow {
  readonly userId: string;
  readonly sealedEmail: string;
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly locale: string;
  readonly timezone: string;
  readonly version: number;
  readonly updatedAt: Date;
}

@Injectable()
export class RecipientRepository {
  /** Events may overtake each other: an older version than the stored one changes nothing. */
  async upsertNewer(em: EntityManager, row: RecipientRow): Promise<void> {
    await em.execute(
      `insert into notifications.recipients as r
         (user_id, email, email_verified, display_name, locale, timezone, version, updated_at)
       values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (user_id) do update set
         email = excluded.email, email_verified = excluded.email_verified, display_name = excluded.display_name,
         locale = excluded.locale, timezone = excluded.timezone, version = excluded.version,
         updated_at = excluded.updated_at
       where r.version < excluded.version`,
      [
        row.userId,
        row.sealedEmail,
        row.emailVerified,
        row.displayName,
        row.locale,
        row.timezone,
        row.version,
        row.updatedAt.toISOString(),
      ],
      'run',
    );
  }
}
