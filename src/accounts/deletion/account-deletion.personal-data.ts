import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { findDeletionsOf } from './account-deletion.repository.js';

@HoldsPersonalData(accounts, 'deletions')
export class AccountDeletionData implements PersonalData {
  async *collect(em: EntityManager, userId: string): AsyncGenerator<object> {
    const deletions = await findDeletionsOf(em, userId);
    for (const { id, state, requestedBy, deletesAt, createdAt } of deletions) {
      yield { id, state, byAdministrator: requestedBy !== userId, deletesAt, createdAt };
    }
  }
}
