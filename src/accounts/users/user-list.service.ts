import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { CursorCodec, CursorPage, cursorsOf, sliceOf } from '#libs/api';
import { EmailCipher } from './email-cipher.js';
import { countUsers, findUserPage, findUsersByOffset, type UserFilter } from './user.repository.js';
import type { OffsetQuery, UserCursorList, UserListQuery, UserOffsetList } from './user-list.dto.js';
import { toUserResponse } from './users.dto.js';

@Injectable()
export class UserListService {
  constructor(
    private readonly database: Database,
    private readonly emails: EmailCipher,
    private readonly cursors: CursorCodec,
  ) {}

  /** v1: by page number, with a total that costs a count over all rows. */
  async byOffset({ page, limit }: OffsetQuery): Promise<UserOffsetList> {
    const [users, total] = await this.database.read((em) => findUsersByOffset(em, (page - 1) * limit, limit));
    return {
      items: users.map((user) => toUserResponse(user, this.emails)),
      page: { number: page, limit, total },
    };
  }

  /**
   * v2: by cursor, as fast at any depth.
   * @throws Problem `invalid-cursor`
   */
  async byCursor(query: UserListQuery): Promise<UserCursorList> {
    const list = `users:${JSON.stringify([query.email, query.status, query.role, query.createdAfter, query.createdBefore, query.q, query.sort])}`;
    const position = query.cursor === undefined ? null : this.cursors.decode(query.cursor, list);
    const request = { limit: query.limit, position };
    const filter = this.filterOf(query);
    return this.database.read(async (em) => {
      const slice = sliceOf(await findUserPage(em, filter, query.sort, request), request);
      const page: CursorPage = cursorsOf(slice, this.cursors, list);
      return {
        items: slice.items.map((user) => toUserResponse(user, this.emails)),
        page: query.total ? { ...page, total: await countUsers(em, filter) } : page,
      };
    });
  }

  private filterOf({ email, status, role, createdAfter, createdBefore, q }: UserListQuery): UserFilter {
    // Addresses are ciphertext: one can be found whole, not by a part of it.
    const address = email ?? (q?.includes('@') ? q : undefined);
    return {
      ...(address === undefined ? {} : { emailIndexes: this.emails.candidates(address) }),
      ...(status === undefined ? {} : { status }),
      ...(role === undefined ? {} : { role }),
      ...(createdAfter === undefined ? {} : { createdAfter: new Date(createdAfter) }),
      ...(createdBefore === undefined ? {} : { createdBefore: new Date(createdBefore) }),
      ...(q === undefined || q.includes('@') ? {} : { displayNamePrefix: q }),
    };
  }
}
