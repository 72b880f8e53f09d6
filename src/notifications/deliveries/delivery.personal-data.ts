import type { EntityManager } from '@mikro-orm/postgresql';
import { notifications } from '#libs/contracts';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { findDeliveriesTo } from './delivery.repository.js';

/** What was sent to the user, without the links in it. */
@HoldsPersonalData(notifications, 'notifications')
export class DeliveryData implements PersonalData {
  async *collect(em: EntityManager, userId: string): AsyncGenerator<object> {
    yield* await findDeliveriesTo(em, userId);
  }
}
