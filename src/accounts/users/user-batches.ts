import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { IdSource } from '#libs/clock';
import { EmailCipher } from './email-cipher.js';
import { columnsOf, type NewUser } from './new-user.js';
import { searchKey } from './search-key.js';
import type { UserStatus } from './user.entity.js';
import { ReservedAddresses } from './reserved-addresses.js';
import { UniqueAddresses } from './unique-addresses.js';
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

/** What kept a user from being created: the address has an account or is reserved, or someone has the ID. */
export type Taken = 'email' | 'id';

/** What identifies a user who could be created, or what keeps them from it. */
export type Identity =
  | { readonly emailIndex: string; readonly id: string | undefined; readonly taken?: undefined }
  | { readonly taken: Taken };

/** A user who exists. */
export type StoredUser = BatchedUser & { readonly id: string };

/** Creates and reads thousands of users at once. Neither publishes events nor writes the audit log. */
@Injectable()
export class UserBatches {
  constructor(
    private readonly emails: EmailCipher,
    private readonly unique: UniqueAddresses,
    private readonly reserved: ReservedAddresses,
    private readonly ids: IdSource,
  ) {}

  /**
   * Creates the users in the caller's transaction, in one statement.
   * @returns their IDs, in order, or what kept them from being created
   */
  async insert(
    em: EntityManager,
    users: readonly BatchedUser[],
  ): Promise<({ readonly id: string } | { readonly taken: Taken })[]> {
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
    const owned = await this.unique.claimAll(
      em,
      users.map(({ email }) => email),
    );
    const free = rows.filter((_, index) => !this.isAmong(owned, users[index]?.email));
    const inserted = new Set(await insertUsers(em, free));
    // Afterwards, as in `ReservedAddresses.isReserved`.
    const reserved = await this.reserved.among(em, users);
    const lost = rows.filter(({ emailSealed }, index) => reserved[index] && inserted.delete(emailSealed));
    if (lost.length > 0) {
      await deleteUsers(
        em,
        lost.map(({ id }) => id),
      );
    }
    const left = users.filter((_, index) => !inserted.has(rows[index]?.emailSealed ?? ''));
    const known = new Set(
      await findEmailIndexes(
        em,
        left.flatMap(({ email }) => this.emails.candidates(email)),
      ),
    );
    return rows.map(({ id, emailSealed, emailIndex }, index) => {
      if (inserted.has(emailSealed)) {
        return { id };
      }
      const indexes = [emailIndex, ...this.emails.candidates(users[index]?.email ?? '')];
      return { taken: reserved[index] || indexes.some((each) => known.has(each)) ? 'email' : 'id' };
    });
  }

  private isAmong(owned: ReadonlyMap<string, string>, email = ''): boolean {
    return owned.size > 0 && this.emails.candidates(email).some((index) => owned.has(index));
  }

  /** Lets PostgreSQL plan for the users that there are now. Without the right to do so, it only warns. */
  async updateStatistics(em: EntityManager): Promise<void> {
    await em.execute('analyze accounts.users', [], 'run');
  }

  /** @returns in order, what identifies each user who could be inserted now, or what keeps them from it */
  async identify(em: EntityManager, users: readonly BatchedUser[]): Promise<Identity[]> {
    const candidates = users.map(({ email }) => this.emails.candidates(email));
    const emails = new Set(await findEmailIndexes(em, candidates.flat()));
    const ids = new Set(
      await findUserIds(
        em,
        users.flatMap(({ id }) => id ?? []),
      ),
    );
    const reserved = await this.reserved.among(em, users);
    return users.map(({ id }, position) => {
      const indexes = candidates[position] ?? [];
      const [emailIndex = ''] = indexes;
      if (reserved[position] || indexes.some((index) => emails.has(index))) {
        return { taken: 'email' };
      }
      return id !== undefined && ids.has(id) ? { taken: 'id' } : { emailIndex, id };
    });
  }

  /** @returns those of the IDs that users have */
  async existing(em: EntityManager, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(await findUserIds(em, ids));
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
