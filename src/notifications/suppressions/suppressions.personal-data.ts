import type { EntityManager } from '@mikro-orm/postgresql';
import { notifications } from '#libs/contracts';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { SuppressionList } from './suppression-list.js';
import { findSuppressionsOf } from './suppression.repository.js';

/** The addresses of the user that no notifications are emailed to. */
@HoldsPersonalData(notifications, 'suppressions')
export class SuppressionsData implements PersonalData {
  constructor(private readonly list: SuppressionList) {}

  async collect(em: EntityManager, userId: string): Promise<object> {
    const suppressions = await findSuppressionsOf(em, userId);
    return suppressions.map((suppression) => ({
      email: this.list.addressOf(suppression),
      reason: suppression.reason,
      createdAt: suppression.createdAt.toISOString(),
    }));
  }
}
