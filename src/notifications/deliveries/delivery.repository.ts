import type { EntityManager } from '@mikro-orm/postgresql';
import { DeliveryEntity, type DeliveryState, type FinalState } from './delivery.entity.js';

export interface NewDelivery {
  readonly id: string;
  readonly userId: string;
  readonly template: string;
  readonly sealed: string;
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

// Claims use PostgreSQL's clock, which all processes share.

/** @returns false, without any effect, if the intent already exists */
export async function insertDelivery(em: EntityManager, delivery: NewDelivery): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `insert into notifications.deliveries
       (id, user_id, template, channel, sealed, message_id, expires_at, created_at)
     values (?, ?, ?, 'mail', ?, ?, ?, ?) on conflict (id) do nothing returning 1 as inserted`,
    [
      delivery.id,
      delivery.userId,
      delivery.template,
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
      where id = ? and (state = 'pending' or (state = 'sending' and claimed_until < now()))
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
    `update notifications.deliveries set state = 'pending'
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
): Promise<void> {
  await em.execute(
    `update notifications.deliveries set state = 'pending', claimed_until = null, last_error = ?
      where id = ? and state = 'sending' and attempts = ?`,
    [lastError, id, attempt],
    'run',
  );
}

/** Ends a delivery and erases its address and data. If it failed, they are kept so that it can be reopened. */
export async function finishDelivery(
  em: EntityManager,
  id: string,
  state: FinalState,
  lastError: string | null,
  at: Date,
): Promise<void> {
  await em.execute(
    `update notifications.deliveries
        set state = ?, sealed = case when ? then sealed end, claimed_until = null, last_error = ?, sent_at = ?
      where id = ? and state in ('pending', 'sending')`,
    [state, state === 'failed', lastError, state === 'sent' ? at.toISOString() : null, id],
    'run',
  );
}

/** IDs of deliveries that have expired without a run noticing. */
export async function findOverdue(em: EntityManager, at: Date, limit: number): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select id from notifications.deliveries
      where (state = 'pending' or (state = 'sending' and claimed_until < now())) and expires_at < ?
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
         where created_at < ? and state in ('sent', 'failed', 'expired') order by created_at limit ?)
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
  const deliveries = await em.find(DeliveryEntity, { userId }, { orderBy: { id: 'desc' } });
  return deliveries.map(({ id, template, channel, state, createdAt, sentAt }) => ({
    id,
    template,
    channel,
    state,
    createdAt,
    sentAt: sentAt ?? null,
  }));
}

/** Deletes all deliveries to a user, and the tasks to send them. */
export async function deleteDeliveriesTo(em: EntityManager, userId: string): Promise<void> {
  await em.execute('delete from notifications.outbox where subject = ? and sealed is null', [userId], 'run');
  await em.execute('delete from notifications.deliveries where user_id = ?', [userId], 'run');
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
