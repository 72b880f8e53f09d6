import type { EntityManager } from '@mikro-orm/postgresql';
import type { DeliveryState, FinalState } from './delivery.entity.js';

export interface NewDelivery {
  readonly id: string;
  readonly userId: string;
  readonly template: string;
  readonly sealed: string;
  readonly messageId: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

/** What the run that holds the claim needs. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly template: string;
  readonly sealed: string;
  readonly messageId: string;
  /** The number of this run. */
  readonly attempt: number;
  readonly expiresAt: Date;
}

export interface DeliveryStatus {
  readonly state: DeliveryState;
  /** Zero or less when nobody claims it. */
  readonly claimRemainingMs: number;
}

// Claims run by PostgreSQL's clock, which all processes share.

/** An intent that is there already stays as it is. */
export async function insertDelivery(em: EntityManager, delivery: NewDelivery): Promise<void> {
  await em.execute(
    `insert into notifications.deliveries
       (id, user_id, template, channel, sealed, message_id, expires_at, created_at)
     values (?, ?, ?, 'mail', ?, ?, ?, ?) on conflict (id) do nothing`,
    [
      delivery.id,
      delivery.userId,
      delivery.template,
      delivery.sealed,
      delivery.messageId,
      delivery.expiresAt.toISOString(),
      delivery.createdAt.toISOString(),
    ],
    'run',
  );
}

/** @returns null when the delivery is final, unknown, or claimed by a run that lives */
export async function claimDelivery(
  em: EntityManager,
  id: string,
  leaseMs: number,
): Promise<ClaimedDelivery | null> {
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

/** Makes a failed delivery pending, unless its time is up. @returns whose it is; null when it is not reopened */
export async function reopenDelivery(
  em: EntityManager,
  id: string,
  at: Date,
): Promise<{ readonly userId: string } | null> {
  const [row] = await em.execute<{ user_id: string }[]>(
    `update notifications.deliveries set state = 'pending'
      where id = ? and state = 'failed' and sealed is not null and expires_at > ?
  returning user_id`,
    [id, at.toISOString()],
  );
  return row ? { userId: row.user_id } : null;
}

export async function renewClaim(
  em: EntityManager,
  { id, attempt }: ClaimedDelivery,
  leaseMs: number,
): Promise<void> {
  await em.execute(
    `update notifications.deliveries set claimed_until = now() + ? * interval '1 millisecond'
      where id = ? and state = 'sending' and attempts = ?`,
    [leaseMs, id, attempt],
    'run',
  );
}

/** Where a delivery stands that could not be claimed, and for how long another run's claim on it still holds. */
export async function deliveryStatus(em: EntityManager, id: string): Promise<DeliveryStatus | null> {
  const [row] = await em.execute<{ state: DeliveryState; remaining: string | null }[]>(
    `select state, extract(epoch from claimed_until - now()) * 1000 as remaining
       from notifications.deliveries where id = ?`,
    [id],
  );
  return row ? { state: row.state, claimRemainingMs: Number(row.remaining ?? 0) } : null;
}

/** Gives the claim back after an attempt that may be repeated. */
export async function releaseDelivery(
  em: EntityManager,
  { id, attempt }: ClaimedDelivery,
  lastError: string,
): Promise<void> {
  await em.execute(
    `update notifications.deliveries set state = 'pending', claimed_until = null, last_error = ?
      where id = ? and state = 'sending' and attempts = ?`,
    [lastError, id, attempt],
    'run',
  );
}

/** The address and the data have served their purpose and are erased; of a failure they stay, so that it can be reopened. */
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

/** Ids of deliveries whose time is up although no run came to see it. */
export async function findOverdue(em: EntityManager, at: Date, limit: number): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select id from notifications.deliveries
      where (state = 'pending' or (state = 'sending' and claimed_until < now())) and expires_at < ?
      order by expires_at limit ?`,
    [at.toISOString(), limit],
  );
  return rows.map(({ id }) => id);
}

/** Erases what up to `limit` failed deliveries still hold although their time is up. @returns how many */
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

/** Removes up to `limit` final deliveries that were asked for before `instant`. @returns how many */
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

interface ClaimRow {
  readonly template: string;
  readonly sealed: string;
  readonly message_id: string;
  readonly attempts: number;
  readonly expires_at_ms: string;
}
