import type { EntityManager } from '@mikro-orm/postgresql';
import { Notification } from './notification.entity.js';

/** A notification that isn't stored yet. */
export interface NotificationRow {
  readonly id: string;
  readonly userId: string;
  readonly template: string;
  /** In the order of its channels. None as long as it's scheduled. */
  readonly deliveryIds: readonly string[];
  /** The user who sends it, or whose API key does. Null if a service does. */
  readonly sentBy?: string | null | undefined;
  readonly broadcastId?: string | null | undefined;
  /** When it's sent, if that isn't at once. */
  readonly sendAt?: Date | null | undefined;
  readonly createdAt: Date;
}

/** Stores notifications. Of those that are stored already, only the deliveries. */
export async function insertNotifications(
  em: EntityManager,
  notifications: readonly NotificationRow[],
): Promise<void> {
  await em.execute(
    `insert into notifications.notifications
       (id, user_id, template, delivery_ids, sent_by, broadcast_id, send_at, created_at)
     select id, "userId", template, "deliveryIds", "sentBy", "broadcastId", "sendAt", "createdAt"
       from jsonb_to_recordset(?::jsonb)
         as n(id uuid, "userId" uuid, template text, "deliveryIds" uuid[], "sentBy" uuid, "broadcastId" uuid,
              "sendAt" timestamptz, "createdAt" timestamptz)
     on conflict (id) do update set delivery_ids = excluded.delivery_ids`,
    [JSON.stringify(notifications)],
    'run',
  );
}

/** @param sentBy who must have sent it. Null for anyone. */
export function findNotification(
  em: EntityManager,
  id: string,
  sentBy: string | null,
): Promise<Notification | null> {
  return em.findOne(Notification, sentBy === null ? { id } : { id, sentBy });
}
