import { Injectable } from '@nestjs/common';
import { AccountDirectory, type DirectoryUser } from '#libs/contracts';
import { UsersService } from '../users/index.js';

/** Answers in the process that asks. */
@Injectable()
export class LocalDirectory extends AccountDirectory {
  constructor(private readonly users: UsersService) {
    super();
  }

  override async find(userId: string): Promise<DirectoryUser | null> {
    const profile = await this.users.findProfile(userId);
    if (!profile) {
      return null;
    }
    const { id, email, emailVerified, displayName, locale } = profile;
    return { id, email, emailVerified, displayName, locale };
  }
}
