import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { IdSource } from '#libs/clock';
import { EmailCipher } from './email-cipher.js';
import { DEFAULT_LOCALE, DEFAULT_TIMEZONE } from './profile-patch.js';
import { searchKey } from './search-key.js';
import type { UserStatus } from './user.entity.js';
import { insertUsers } from './user.repository.js';
import type { NewUser } from './users.service.js';

export interface BatchedUser extends Omit<NewUser, 'id' | 'provesLater' | 'mailSent'> {
  readonly status: UserStatus;
  readonly createdAt: Date;
}

/** Creates thousands of users at once. Neither publishes events nor writes the audit log. */
@Injectable()
export class UserBatches {
  constructor(
    private readonly emails: EmailCipher,
    private readonly ids: IdSource,
  ) {}

  /**
   * Creates the users in the caller's transaction, in one statement.
   * @returns their IDs, in order. Null where the address already has an account
   */
  async insert(em: EntityManager, users: readonly BatchedUser[]): Promise<(string | null)[]> {
    const rows = users.map((user) => {
      const id = this.ids.next(user.createdAt);
      return {
        id,
        ...this.emails.seal(id, user.email),
        emailVerified: user.emailVerified,
        displayName: user.displayName ?? null,
        searchKey: typeof user.displayName === 'string' ? searchKey(user.displayName) : null,
        locale: user.locale ?? DEFAULT_LOCALE,
        timezone: user.timezone ?? DEFAULT_TIMEZONE,
        avatarUrl: user.avatarUrl ?? null,
        roles: user.roles,
        status: user.status,
        metadata: user.metadata ?? {},
        appMetadata: user.appMetadata ?? {},
        createdAt: user.createdAt,
      };
    });
    const inserted = new Set(await insertUsers(em, rows));
    return rows.map(({ id }) => (inserted.has(id) ? id : null));
  }
}
