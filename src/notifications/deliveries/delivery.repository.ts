import type { EntityManager, InferEntity } from '@mikro-orm/postgresql';
import type { ChannelName } from '../templates/index.js';
import { channelName } from './channel-name.js';
import { DeliveryEntity, type DeliveryState } from './delivery.entity.js';
import { DELIVERY_JOBS } from './delivery-tasks.js';
import { deleteDigestItemsOf } from './digest-item.repository.js';
import { heldReason } from './held-reason.js';
import type { Notification } from './notification.entity.js';

export interface NewDelivery {
  readonly id: string;
  readonly userId: string;
  /** The notification that it's for, if that was sent through the API. */
  readonly notificationId?: string;
  readonly template: string;
  readonly channel: ChannelName;
  /** Null if nothing has to leave the process. */
  readonly sealed: string | null;
  readonly messageId: string;
  /** The name of the job that sends it, if that isn't `send-mail`. */
  readonly task?: string;
  /** When it may leave, if that isn't at once. */
  readonly heldUntil?: Date;
  /** If it ends when it's created. */
  readonly ended?: { readonly state: 'sent' | 'suppressed'; readonly reason: string | null };
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

/** A delivery, as far as it's known when it's created. */
export function stateOfNew({
  notificationId,
  heldUntil,
  ended,
  createdAt,
}: NewDelivery): Pick<Delivery, 'state' | 'lastError' | 'sentAt'> {
  return {
    state: ended?.state ?? (notificationId === undefined ? 'pending' : 'queued'),
    lastError: ended?.reason ?? (heldUntil ? heldReason(heldUntil) : null),
    sentAt: ended?.state === 'sent' ? createdAt : null,
  };
}

/** @returns false, without any effect, if the intent already exists */
export async function insertDelivery(em: EntityManager, delivery: NewDelivery): Promise<boolean> {
  return (await insertDeliveries(em, [delivery])) > 0;
}

/** Leaves out those whose intent already exists. @returns how many there are now that were not before */
export async function insertDeliveries(
  em: EntityManager,
  deliveries: readonly NewDelivery[],
): Promise<number> {
  const rows = deliveries.map((delivery) => ({
    ...delivery,
    ...stateOfNew(delivery),
  }));
  const inserted = await em.execute<object[]>(
    `insert into notifications.deliveries
       (id, user_id, notification_id, state, template, channel, sealed, message_id, task, held_until, last_error,
        expires_at, created_at, sent_at)
     select id, "userId", "notificationId", state, template, channel, sealed, "messageId", task, "heldUntil", "lastError",
            "expiresAt", "createdAt", "sentAt"
       from jsonb_to_recordset(?::jsonb)
         as d(id uuid, "userId" uuid, "notificationId" uuid, state text, template text, channel text, sealed text,
              "messageId" text, task text, "heldUntil" timestamptz, "lastError" text, "expiresAt" timestamptz,
              "createdAt" timestamptz, "sentAt" timestamptz)
     on conflict (id) do nothing returning 1 as inserted`,
    [JSON.stringify(rows)],
  );
  return inserted.length;
}

/** What the deliveries say, as far as it's still stored, in the order of their IDs. */
export async function findSealed(
  em: EntityManager,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly template: string; readonly sealed: string }[]> {
  return em.execute(
    `select id, template, sealed from notifications.deliveries
      where id = any(array(select jsonb_array_elements_text(?::jsonb))::uuid[]) and sealed is not null order by id`,
    [JSON.stringify(ids)],
  );
}

/** Stores what a delivery says that is only known when it's due. */
export async function storeSealed(em: EntityManager, id: string, sealed: string): Promise<void> {
  await em.execute(
    `update notifications.deliveries set sealed = ?, last_error = null
      where id = ? and state in ('pending', 'queued') and sealed is null`,
    [sealed, id],
    'run',
  );
}

/** Whose delivery it is, if it's an email that was sent. */
export async function recipientOfSent(em: EntityManager, id: string): Promise<string | null> {
  const [row] = await em.execute<{ user_id: string }[]>(
    `select user_id from notifications.deliveries
      where id = ? and state = 'sent' and channel in ('email', 'mail')`,
    [id],
  );
  return row?.user_id ?? null;
}

export async function deleteDelivery(em: EntityManager, id: string): Promise<void> {
  await em.execute('delete from notifications.deliveries where id = ?', [id], 'run');
}

/** A delivery that has expired. */
export interface OverdueDelivery {
  readonly id: string;
  readonly userId: string;
  readonly channel: string;
  /** The name of the job that sends it, if that isn't `send-mail`. */
  readonly task: string | null;
}

/** Deliveries that have expired without a run noticing. */
export async function findOverdue(em: EntityManager, at: Date, limit: number): Promise<OverdueDelivery[]> {
  const rows = await em.execute<OverdueRow[]>(
    `select id, user_id, channel, task from notifications.deliveries
      where (state in ('pending', 'queued') or (state = 'sending' and claimed_until < now())) and expires_at < ?
      order by expires_at limit ?`,
    [at.toISOString(), limit],
  );
  return rows.map(({ id, user_id: userId, channel, task }) => ({
    id,
    userId,
    channel: channelName(channel),
    task,
  }));
}

/** Erases the data of up to `limit` failed deliveries that have expired. @returns the number of deliveries */
export async function eraseFailed(em: EntityManager, at: Date, limit: number): Promise<number> {
  const rows = await em.execute<object[]>(
    `update notifications.deliveries set sealed = null where id in
       (select id from notifications.deliveries
         where state = 'failed' and expires_at < ? and sealed is not null limit ?)
     returning 1 as erased`,
    [at.toISOString(), limit],
  );
  return rows.length;
}

/** Deletes up to `limit` final deliveries created before `before`. @returns the number of deliveries */
export async function deleteFinal(em: EntityManager, before: Date, limit: number): Promise<number> {
  const rows = await em.execute<object[]>(
    `delete from notifications.deliveries where id in
       (select id from notifications.deliveries
         where created_at < ? and state in ('sent', 'failed', 'expired', 'suppressed') order by created_at limit ?)
     returning 1 as gone`,
    [before.toISOString(), limit],
  );
  return rows.length;
}

/** A delivery as it's shown to its recipient. */
interface ShownDelivery {
  readonly id: string;
  readonly template: string;
  readonly channel: string;
  readonly state: DeliveryState;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
}

/** Newest first. */
export async function findDeliveriesTo(em: EntityManager, userId: string): Promise<ShownDelivery[]> {
  const fields = ['id', 'template', 'channel', 'state', 'createdAt', 'sentAt'] as const;
  const deliveries = await em.find(DeliveryEntity, { userId }, { orderBy: { id: 'desc' }, fields });
  return deliveries.map(({ id, template, channel, state, createdAt, sentAt }) => ({
    id,
    template,
    channel: channelName(channel),
    state,
    createdAt,
    sentAt: sentAt ?? null,
  }));
}

export type Delivery = InferEntity<typeof DeliveryEntity>;

/** What became of a notification, in the order of its channels. */
export async function findDeliveriesOf(
  em: EntityManager,
  { deliveryIds }: Notification,
): Promise<Delivery[]> {
  const deliveries = await em.find(DeliveryEntity, { id: { $in: deliveryIds } });
  return deliveries.sort((one, other) => deliveryIds.indexOf(one.id) - deliveryIds.indexOf(other.id));
}

/** Deletes all notifications and deliveries to a user, and the tasks to send them. */
export async function deleteDeliveriesTo(em: EntityManager, userId: string): Promise<void> {
  await em.execute(
    `delete from notifications.outbox
      where subject = ? and consumer in (select jsonb_array_elements_text(?::jsonb))`,
    [userId, JSON.stringify(DELIVERY_JOBS)],
    'run',
  );
  await deleteDigestItemsOf(em, userId);
  await em.execute('delete from notifications.deliveries where user_id = ?', [userId], 'run');
  await em.execute('delete from notifications.notifications where user_id = ?', [userId], 'run');
}

interface OverdueRow {
  readonly id: string;
  readonly user_id: string;
  readonly channel: string;
  readonly task: string | null;
}
