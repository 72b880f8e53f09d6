import type { EntityManager } from '@mikro-orm/postgresql';
import { Notification } from './notification.entity.js';

/** @param sentBy who must have sent it. Null for anyone. */
export function findNotification(
  em: EntityManager,
  id: string,
  sentBy: string | null,
): Promise<Notification | null> {
  return em.findOne(Notification, sentBy === null ? { id } : { id, sentBy });
}
