import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { UsersService } from './users.service.js';

@HoldsPersonalData(accounts, 'profile')
export class ProfileData implements PersonalData {
  constructor(private readonly users: UsersService) {}

  async collect(em: EntityManager, userId: string): Promise<object | null> {
    const user = await this.users.find(em, userId);
    if (!user) {
      return null;
    }
    // Without its version, which is the ETag.
    const { version: _, ...profile } = this.users.profileOf(user);
    return profile;
  }
}
