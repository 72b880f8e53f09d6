import { Injectable } from '@nestjs/common';
import { AccountDirectory, type Audience, type DirectoryUser } from '#libs/contracts';
import { type Profile, UserListService, UsersService } from '../users/index.js';

/** Answers in the process that asks. */
@Injectable()
export class LocalDirectory extends AccountDirectory {
  constructor(
    private readonly users: UsersService,
    private readonly lists: UserListService,
  ) {
    super();
  }

  override async find(userId: string): Promise<DirectoryUser | null> {
    const profile = await this.users.findProfile(userId);
    return profile && toDirectoryUser(profile);
  }

  override async list(audience: Audience, after: string | null, limit: number): Promise<DirectoryUser[]> {
    const position = after === null ? null : ({ direction: 'after', id: after } as const);
    const search = { ...audience, sort: 'createdAt' } as const;
    const { items } = await this.lists.byPosition(search, { limit, position }, false);
    return items.map(toDirectoryUser);
  }

  override count(audience: Audience): Promise<number> {
    return this.lists.count({ ...audience, sort: 'createdAt' });
  }
}

function toDirectoryUser(profile: Profile): DirectoryUser {
  const { id, version, email, emailVerified, displayName, locale, timezone } = profile;
  return { id, version, email, emailVerified, displayName, locale, timezone };
}
