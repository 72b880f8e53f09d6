import type { EntityManager, InferEntity } from '@mikro-orm/postgresql';
import { mailTask } from './send-mail.job.js';
import type { ChannelName } from '../templates/index.js';
import type { Notification } from './notification.entity.js';
import {
  type DeliveryAttempt,
  DeliveryEntity,
  type DeliveryState,
  type FinalState,
} from './delivery.entity.js';

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
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

/** The data for the run that holds the claim. */
export interface ClaimedRow {
  readonly id: string;
  readonly template: string;
  readonly sealed: string;
  readonly messageId: string;
  /** The number of this run, starting at 1. */
  readonly attempt: number;
  readonly expiresAt: Date;
}

export interface DeliveryStatus {
  readonly state: DeliveryState;
  /** Zero or less if the delivery isn't claimed. */
  readonly claimRemainingMs: number;
  readonly lastError: string | null;
}

/** The state of a delivery that waits for its next attempt. */
const WAITING = `case when notification_id is null then 'pending' else 'queued' end`;

// Claims use PostgreSQL's clock, which all processes share.

/** @returns false, without any effect, if the intent already exists */
export async function insertDelivery(em: EntityManager, delivery: NewDelivery): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `insert into notifications.deliveries
       (id, user_id, notification_id, state, template, channel, sealed, message_id, expires_at, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing returning 1 as inserted`,
    [
      delivery.id,
      delivery.userId,
      delivery.notificationId ?? null,
      delivery.notificationId === undefined ? 'pending' : 'queued',
      delivery.template,
      delivery.channel,
      delivery.sealed,
      delivery.messageId,
      delivery.expiresAt.toISOString(),
      delivery.createdAt.toISOString(),
    ],
  );
  return rows.length > 0;
}

/** @returns null if the delivery is final, unknown, or claimed by a live run */
export async function claimDelivery(
  em: EntityManager,
  id: string,
  leaseMs: number,
): Promise<ClaimedRow | null> {
  const [row] = await em.execute<ClaimRow[]>(
    `update notifications.deliveries
        set state = 'sending', attempts = attempts + 1, claimed_until = now() + ? * interval '1 millisecond'
      where id = ? and (state in ('pending', 'queued') or (state = 'sending' and claimed_until < now()))
  returning template, sealed, message_id, attempts, extract(epoch from expires_at) * 1000 as expires_at_ms`,
    [leaseMs, id],
  );
  return row
    ? {
        id,
        template: row.template,
        sealed: row.sealed,
        messageId: row.message_id,
        attempt: row.attempts,
        expiresAt: new Date(Number(row.expires_at_ms)),
      }
    : null;
}

/** Makes a failed delivery pending unless it has expired. @returns its user, or null if it wasn't reopened */
export async function reopenDelivery(
  em: EntityManager,
  id: string,
  at: Date,
): Promise<{ readonly userId: string } | null> {
  const [row] = await em.execute<{ user_id: string }[]>(
    `update notifications.deliveries set state = ${WAITING}
      where id = ? and state = 'failed' and expires_at > ?
  returning user_id`,
    [id, at.toISOString()],
  );
  return row ? { userId: row.user_id } : null;
}

/** @returns whether this run still held the claim */
export async function renewClaim(
  em: EntityManager,
  { id, attempt }: ClaimedRow,
  leaseMs: number,
): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `update notifications.deliveries set claimed_until = now() + ? * interval '1 millisecond'
      where id = ? and state = 'sending' and attempts = ? returning 1 as renewed`,
    [leaseMs, id, attempt],
  );
  return rows.length > 0;
}

/** The state of a delivery, how long another run's claim on it is still valid, and why its last attempt failed. */
export async function deliveryStatus(em: EntityManager, id: string): Promise<DeliveryStatus | null> {
  const [row] = await em.execute<StatusRow[]>(
    `select state, extract(epoch from claimed_until - now()) * 1000 as remaining, last_error
       from notifications.deliveries where id = ?`,
    [id],
  );
  return row
    ? { state: row.state, claimRemainingMs: Number(row.remaining ?? 0), lastError: row.last_error }
    : null;
}

/** Releases the claim after an attempt that can be retried. */
export async function releaseDelivery(
  em: EntityManager,
  { id, attempt }: ClaimedRow,
  lastError: string,
  tried: readonly DeliveryAttempt[],
): Promise<void> {
  await em.execute(
    `update notifications.deliveries
        set state = ${WAITING}, tries = tries || ?::jsonb, claimed_until = null, last_error = ?
      where id = ? and state = 'sending' and attempts = ?`,
    [JSON.stringify(tried), lastError, id, attempt],
    'run',
  );
}

/**
 * Ends a delivery and erases its address and data. If it failed, they are kept so that it can be reopened.
 * @returns what it was, or null if it had ended before
 */
export async function finishDelivery(
  em: EntityManager,
  id: string,
  state: FinalState,
  lastError: string | null,
  at: Date,
  tried: readonly DeliveryAttempt[],
): Promise<EndedDelivery | null> {
  const [row] = await em.execute<EndedRow[]>(
    `update notifications.deliveries
        set state = ?, sealed = case when ? then sealed end, tries = tries || ?::jsonb, claimed_until = null,
            last_error = ?, sent_at = ?
      where id = ? and state in ('pending', 'queued', 'sending')
  returning user_id, notification_id, template, channel`,
    [
      state,
      state === 'failed',
      JSON.stringify(tried),
      lastError,
      state === 'sent' ? at.toISOString() : null,
      id,
    ],
  );
  if (!row) {
    return null;
  }
  const { user_id: userId, notification_id: notificationId, template, channel } = row;
  return { userId, notificationId: notificationId ?? id, template, channel: channelName(channel) };
}

/** IDs of deliveries that have expired without a run noticing. */
export async function findOverdue(em: EntityManager, at: Date, limit: number): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select id from notifications.deliveries
      where (state in ('pending', 'queued') or (state = 'sending' and claimed_until < now())) and expires_at < ?
      order by expires_at limit ?`,
    [at.toISOString(), limit],
  );
  return rows.map(({ id }) => id);
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

/** An earlier release called it `mail`. */
function channelName(channel: string): string {
  return channel === 'mail' ? 'email' : channel;
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
    'delete from notifications.outbox where subject = ? and consumer = ?',
    [userId, mailTask.job.name],
    'run',
  );
  await em.execute('delete from notifications.deliveries where user_id = ?', [userId], 'run');
  await em.execute('delete from notifications.notifications where user_id = ?', [userId], 'run');
}

/** What events say about a delivery that has ended. */
interface EndedDelivery {
  readonly userId: string;
  /** The notification that was sent through the API, or else the delivery itself. */
  readonly notificationId: string;
  readonly template: string;
  readonly channel: string;
}

interface EndedRow {
  readonly user_id: string;
  readonly notification_id: string | null;
  readonly template: string;
  readonly channel: string;
}

interface StatusRow {
  readonly state: DeliveryState;
  readonly remaining: string | null;
  readonly last_error: string | null;
}

interface ClaimRow {
  readonly template: string;
  readonly sealed: string;
  readonly message_id: string;
  readonly attempts: number;
  readonly expires_at_ms: string;
}
