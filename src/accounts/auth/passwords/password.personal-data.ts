import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { findPassword } from './password.repository.js';

@HoldsPersonalData(accounts, 'password')
export class PasswordData implements PersonalData {
  async collect(em: EntityManager, userId: string): Promise<object | null> {
    const password = await findPassword(em, userId);
    return password && { changedAt: password.changedAt };
  }
}
