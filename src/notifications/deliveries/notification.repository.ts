import type { EntityManager } from '@mikro-orm/postgresql';
import { Notification } from './notification.entity.js';

export function findNotification(
  em: EntityManager,
  id: string,
  sentBy: string,
): Promise<Notification | null> {
  return em.findOne(Notification, { id, sentBy });
}
