import { Injectable } from '@nestjs/common';
import { Database, everyRow, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { EmailCipher } from './email-cipher.js';
import type { Profile } from './profile.js';
import { searchKey } from './search-key.js';
import type { UserStatus } from './user.entity.js';
import {
  countUsers,
  findUserPage,
  findUsers,
  findUsersByOffset,
  type UserFilter,
  type UserSort,
} from './user.repository.js';
import { UsersService } from './users.service.js';

export interface UserSearch {
  /** The exact address, ignoring case. */
  readonly email?: string | undefined;
  readonly emailDomain?: string | undefined;
  readonly status?: UserStatus | undefined;
  readonly role?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  /** A full email address, or the beginning of a display name. */
  readonly q?: string | undefined;
  readonly sort: UserSort;
}

@Injectable()
export class UserListService {
  constructor(
    private readonly database: Database,
    private readonly emails: EmailCipher,
    private readonly users: UsersService,
  ) {}

  /** Pages by number, starting at 1. The total requires counting all rows. */
  async byOffset(page: number, limit: number): Promise<{ users: Profile[]; total: number }> {
    const [users, total] = await this.database.run((em) => findUsersByOffset(em, (page - 1) * limit, limit));
    return { users: users.map((user) => this.users.profileOf(user)), total };
  }

  /** Pages by position, equally fast at any depth. */
  async byPosition(search: UserSearch, page: PageRequest, withTotal: boolean): Promise<Slice<Profile>> {
    const filter = this.filterOf(search);
    return this.database.run(async (em) => {
      const { items, ...slice } = sliceOf(await findUserPage(em, filter, search.sort, page), page);
      return {
        ...slice,
        items: items.map((user) => this.users.profileOf(user)),
        ...(withTotal ? { total: await countUsers(em, filter) } : {}),
      };
    });
  }

  count(search: UserSearch): Promise<number> {
    return this.database.run((em) => countUsers(em, this.filterOf(search)));
  }

  /** @returns those of the users that exist, in the order of the IDs */
  async byIds(ids: readonly string[]): Promise<Profile[]> {
    const users = await this.database.run((em) => findUsers(em, ids));
    const found = new Map(users.map((user) => [user.id, this.users.profileOf(user)]));
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** All users that match, in the order of `sort`, read some at a time. @param after the ID of a user, or null */
  async *all(search: UserSearch, after: string | null): AsyncGenerator<Profile, void> {
    const filter = this.filterOf(search);
    const users = everyRow(
      (page) => this.database.run((em) => findUserPage(em, filter, search.sort, page)),
      after,
    );
    for await (const user of users) {
      yield this.users.profileOf(user);
    }
  }

  private filterOf(search: UserSearch): UserFilter {
    const { email, emailDomain, status, role, createdAfter, createdBefore, q } = search;
    return {
      ...(email === undefined ? {} : { emailIndexes: this.emails.candidates(email) }),
      ...(emailDomain === undefined ? {} : { emailDomainIndexes: this.emails.domainCandidates(emailDomain) }),
      ...(status === undefined ? {} : { status }),
      ...(role === undefined ? {} : { role }),
      ...(createdAfter === undefined ? {} : { createdAfter }),
      ...(createdBefore === undefined ? {} : { createdBefore }),
      ...(q === undefined ? {} : { anyOf: this.nameOrEmail(q) }),
    };
  }

  /** Addresses are encrypted, so only full addresses can be found. */
  private nameOrEmail(q: string): NonNullable<UserFilter['anyOf']> {
    return {
      searchKeyPrefix: searchKey(q),
      emailIndexes: q.includes('@') ? this.emails.candidates(q) : [],
    };
  }
}
