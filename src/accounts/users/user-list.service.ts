import { Injectable } from '@nestjs/common';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { EmailCipher } from './email-cipher.js';
import type { Profile } from './profile.js';
import type { UserStatus } from './user.entity.js';
import {
  countUsers,
  findUserPage,
  findUsersByOffset,
  type UserFilter,
  type UserSort,
} from './user.repository.js';
import { UsersService } from './users.service.js';

export interface UserSearch {
  /** Exactly this address, ignoring case. */
  readonly email?: string | undefined;
  readonly status?: UserStatus | undefined;
  readonly role?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  /** A whole address, or the beginning of a display name. */
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

  /** By page number, from 1, with a total that costs a count over all rows. */
  async byOffset(page: number, limit: number): Promise<{ users: Profile[]; total: number }> {
    const [users, total] = await this.database.run((em) => findUsersByOffset(em, (page - 1) * limit, limit));
    return { users: users.map((user) => this.users.profileOf(user)), total };
  }

  /** By position, equally fast at any depth. */
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

  private filterOf({ email, status, role, createdAfter, createdBefore, q }: UserSearch): UserFilter {
    // Addresses are ciphertext: one can be found as a whole, not by a part of it.
    const address = email ?? (q?.includes('@') ? q : undefined);
    return {
      ...(address === undefined ? {} : { emailIndexes: this.emails.candidates(address) }),
      ...(status === undefined ? {} : { status }),
      ...(role === undefined ? {} : { role }),
      ...(createdAfter === undefined ? {} : { createdAfter }),
      ...(createdBefore === undefined ? {} : { createdBefore }),
      ...(q === undefined || q.includes('@') ? {} : { displayNamePrefix: q }),
    };
  }
}
