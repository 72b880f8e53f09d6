import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { IdSource } from '#libs/clock';
import { EmailCipher } from './email-cipher.js';
import { columnsOf, type NewUser } from './new-user.js';
import { searchKey } from './search-key.js';
import type { UserStatus } from './user.entity.js';
import { ReservedAddresses } from './reserved-addresses.js';
import {
  countUsers,
  deleteUsers,
  findEmailIndexes,
  findUserIds,
  findUsersAfter,
  insertUsers,
} from './user.repository.js';

export interface BatchedUser extends Omit<NewUser, 'provesLater' | 'mailSent'> {
  readonly status: UserStatus;
  readonly createdAt: Date;
}

/** A user who exists. */
export type StoredUser = BatchedUser & { readonly id: string };

/** Creates and reads thousands of users at once. Neither publishes events nor writes the audit log. */
@Injectable()
export class UserBatches {
  constructor(
    private readonly emails: EmailCipher,
    private readonly reserved: ReservedAddresses,
    private readonly ids: IdSource,
  ) {}

  /**
   * Creates the users in the caller's transaction, in one statement.
   * @returns their IDs, in order. Null where the address has an account or is reserved, or the ID is taken
   */
  async insert(em: EntityManager, users: readonly BatchedUser[]): Promise<(string | null)[]> {
    const rows = users.map((user) => {
      const id = user.id ?? this.ids.next(user.createdAt);
      return {
        id,
        ...this.emails.seal(id, user.email),
        ...columnsOf(user),
        searchKey: typeof user.displayName === 'string' ? searchKey(user.displayName) : null,
        status: user.status,
        createdAt: user.createdAt,
      };
    });
    const inserted = new Set(await insertUsers(em, rows));
    // Afterwards, as in `ReservedAddresses.isReserved`.
    const reserved = await this.reserved.among(em, users);
    const lost = rows.filter(({ emailSealed }, index) => reserved[index] && inserted.delete(emailSealed));
    if (lost.length > 0) {
      await deleteUsers(
        em,
        lost.map(({ id }) => id),
      );
    }
    return rows.map(({ id, emailSealed }) => (inserted.has(emailSealed) ? id : null));
  }

  /** Lets PostgreSQL plan for the users that there are now. Without the right to do so, it only warns. */
  async updateStatistics(em: EntityManager): Promise<void> {
    await em.execute('analyze accounts.users', [], 'run');
  }

  /**
   * @returns what identifies each user who could be inserted, in order: the blind index of the address, and the ID if it's
   * given. Null where the address has an account or is reserved, or the ID is taken
   */
  async identitiesOfFree(em: EntityManager, users: readonly BatchedUser[]): Promise<(string[] | null)[]> {
    const candidates = users.map(({ email }) => this.emails.candidates(email));
    const givenIds = users.flatMap(({ id }) => id ?? []);
    const taken = new Set([
      ...(await findEmailIndexes(em, candidates.flat())),
      ...(await findUserIds(em, givenIds)),
    ]);
    const reserved = await this.reserved.among(em, users);
    return users.map(({ id }, position) => {
      const indexes = candidates[position] ?? [];
      const ids = id === undefined ? [] : [id];
      const isFree = !reserved[position] && ![...indexes, ...ids].some((part) => taken.has(part));
      return isFree ? [...indexes.slice(0, 1), ...ids] : null;
    });
  }

  count(em: EntityManager): Promise<number> {
    return countUsers(em, {});
  }

  /** Returns users in the order of their IDs. @param after null to start with the first */
  async read(em: EntityManager, after: string | null, limit: number): Promise<StoredUser[]> {
    const users = await findUsersAfter(em, after, limit);
    return users.map((user) => ({
      id: user.id,
      email: this.emails.addressOf(user),
      emailVerified: user.emailVerified,
      displayName: user.displayName ?? null,
      locale: user.locale,
      timezone: user.timezone,
      avatarUrl: user.avatarUrl ?? null,
      metadata: user.metadata,
      appMetadata: user.appMetadata,
      roles: user.roles,
      status: user.status,
      createdAt: user.createdAt,
    }));
  }
}
