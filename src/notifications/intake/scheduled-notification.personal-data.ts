import type { EntityManager } from '@mikro-orm/postgresql';
import { notifications } from '#libs/contracts';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { findScheduledFor } from './scheduled-notification.repository.js';

/** What is to be sent to the user later, and when. */
@HoldsPersonalData(notifications, 'scheduledNotifications')
export class ScheduledNotificationData implements PersonalData {
  async *collect(em: EntityManager, userId: string): AsyncGenerator<object> {
    yield* await findScheduledFor(em, userId);
  }
}
