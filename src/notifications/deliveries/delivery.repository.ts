import type { EntityManager, InferEntity } from '@mikro-orm/postgresql';
import { deleteDigestItemsOf } from './digest-item.repository.js';
import { heldReason } from './held-reason.js';
import { DELIVERY_JOBS } from './delivery-tasks.js';
import type { SendAttempt } from '../channels/index.js';
import type { ChannelName } from '../templates/index.js';
import type { Notification } from './notification.entity.js';
import { DeliveryEntity, type DeliveryState, type Feedback, type FinalState } from './delivery.entity.js';

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
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

/** The data for the run that holds the claim. */
export interface ClaimedRow {
  readonly id: string;
  readonly template: string;
  readonly channel: ChannelName;
  readonly sealed: string;
  readonly messageId: string;
  /** The name of the job that sends it, if that isn't `send-mail`. */
  readonly task: string | null;
  /** The number of this run, starting at 1. */
  readonly attempt: number;
  /** The last time for which it was put off. */
  readonly heldUntil: Date | null;
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
       (id, user_id, notification_id, state, template, channel, sealed, message_id, task, held_until, last_error,
        expires_at, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing returning 1 as inserted`,
    [
      delivery.id,
      delivery.userId,
      delivery.notificationId ?? null,
      delivery.notificationId === undefined ? 'pending' : 'queued',
      delivery.template,
      delivery.channel,
      delivery.sealed,
      delivery.messageId,
      delivery.task ?? null,
      delivery.heldUntil?.toISOString() ?? null,
      delivery.heldUntil ? heldReason(delivery.heldUntil) : null,
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
  returning template, channel, sealed, message_id, task, attempts, extract(epoch from held_until) * 1000 as held_until_ms,
            extract(epoch from expires_at) * 1000 as expires_at_ms`,
    [leaseMs, id],
  );
  return row
    ? {
        id,
        template: row.template,
        channel: channelName(row.channel) as ChannelName,
        sealed: row.sealed,
        messageId: row.message_id,
        task: row.task,
        attempt: row.attempts,
        heldUntil: row.held_until_ms === null ? null : new Date(Number(row.held_until_ms)),
        expiresAt: new Date(Number(row.expires_at_ms)),
      }
    : null;
}

/** Makes a failed delivery pending unless it has expired. @returns what it is, or null if it wasn't reopened */
export async function reopenDelivery(
  em: EntityManager,
  id: string,
  at: Date,
): Promise<{ readonly userId: string; readonly task: string | null } | null> {
  const [row] = await em.execute<{ user_id: string; task: string | null }[]>(
    `update notifications.deliveries set state = ${WAITING}
      where id = ? and state = 'failed' and expires_at > ?
  returning user_id, task`,
    [id, at.toISOString()],
  );
  return row ? { userId: row.user_id, task: row.task } : null;
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
  tried: readonly SendAttempt[],
): Promise<void> {
  await em.execute(
    `update notifications.deliveries
        set state = ${WAITING}, tries = tries || ?::jsonb, claimed_until = null, last_error = ?
      where id = ? and state = 'sending' and attempts = ?`,
    [JSON.stringify(tried), lastError, id, attempt],
    'run',
  );
}

/** Releases the claim until a later time. @returns false if this run no longer held it */
export async function holdDelivery(
  em: EntityManager,
  { id, attempt }: ClaimedRow,
  until: Date,
): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `update notifications.deliveries
        set state = ${WAITING}, claimed_until = null, held_until = ?, last_error = ?
      where id = ? and state = 'sending' and attempts = ? returning 1 as held`,
    [until.toISOString(), heldReason(until), id, attempt],
  );
  return rows.length > 0;
}

/** Locks those of the deliveries that wait and that nobody sends. @returns their IDs */
export async function lockWaiting(em: EntityManager, ids: readonly string[]): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select id from notifications.deliveries
      where id = any(array(select jsonb_array_elements_text(?::jsonb))::uuid[]) and state in ('pending', 'queued')
      order by id for update`,
    [JSON.stringify(ids)],
  );
  return rows.map(({ id }) => id);
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
  tried: readonly SendAttempt[],
): Promise<EndedDelivery | null> {
  const [row] = await em.execute<EndedRow[]>(
    `update notifications.deliveries
        set state = ?, sealed = case when ? then sealed end, tries = tries || ?::jsonb, claimed_until = null,
            last_error = ?, sent_at = ?
      where id = ? and state in ('pending', 'queued', 'sending')
  returning user_id, notification_id, template, channel, task`,
    [
      state,
      state === 'failed',
      JSON.stringify(tried),
      lastError,
      state === 'sent' ? at.toISOString() : null,
      id,
    ],
  );
  return row ? endedOf(id, row) : null;
}

function endedOf(id: string, row: EndedRow): EndedDelivery {
  const { user_id: userId, notification_id: notificationId, template, channel, task } = row;
  return { userId, notificationId: notificationId ?? id, template, channel: channelName(channel), task };
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

/** What has become of the broadcast that a delivery is of. Undefined if it's of none. */
export async function broadcastStateOf(em: EntityManager, id: string): Promise<string | undefined> {
  const [row] = await em.execute<{ state: string }[]>(
    `select b.state from notifications.deliveries d
       join notifications.notifications n on n.id = d.notification_id
       join notifications.broadcasts b on b.id = n.broadcast_id
      where d.id = ?`,
    [id],
  );
  return row?.state;
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

/**
 * Stores what was said about an email after it was sent. A bounce or complaint isn't forgotten if a delivery is reported
 * later.
 * @returns what it was, or null if there's nothing new
 */
export async function storeFeedback(
  em: EntityManager,
  id: string,
  feedback: Feedback,
  reason: string | null,
): Promise<EndedDelivery | null> {
  const [row] = await em.execute<EndedRow[]>(
    `update notifications.deliveries set feedback = ?, feedback_reason = ?
      where id = ? and state = 'sent' and channel in ('email', 'mail')
        and (feedback is null or (feedback = 'delivered' and ? <> 'delivered'))
  returning user_id, notification_id, template, channel, task`,
    [feedback, reason, id, feedback],
  );
  return row ? endedOf(id, row) : null;
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
    `delete from notifications.outbox
      where subject = ? and consumer in (select jsonb_array_elements_text(?::jsonb))`,
    [userId, JSON.stringify(DELIVERY_JOBS)],
    'run',
  );
  await deleteDigestItemsOf(em, userId);
  await em.execute('delete from notifications.deliveries where user_id = ?', [userId], 'run');
  await em.execute('delete from notifications.notifications where user_id = ?', [userId], 'run');
}

/** What events say about a delivery that has ended. */
export interface EndedDelivery {
  readonly userId: string;
  /** The notification that was sent through the API, or else the delivery itself. */
  readonly notificationId: string;
  readonly template: string;
  readonly channel: string;
  /** The name of the job that sends it, if that isn't `send-mail`. */
  readonly task: string | null;
}

interface EndedRow {
  readonly user_id: string;
  readonly notification_id: string | null;
  readonly template: string;
  readonly channel: string;
  readonly task: string | null;
}

interface OverdueRow {
  readonly id: string;
  readonly user_id: string;
  readonly channel: string;
  readonly task: string | null;
}

interface StatusRow {
  readonly state: DeliveryState;
  readonly remaining: string | null;
  readonly last_error: string | null;
}

interface ClaimRow {
  readonly template: string;
  readonly channel: string;
  readonly sealed: string;
  readonly message_id: string;
  readonly task: string | null;
  readonly attempts: number;
  readonly held_until_ms: string | null;
  readonly expires_at_ms: string;
}
