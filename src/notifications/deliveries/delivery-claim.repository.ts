import type { EntityManager } from '@mikro-orm/postgresql';
import type { ProviderSlot, SendAttempt } from '../channels/index.js';
import type { ChannelName } from '../templates/index.js';
import { channelName } from './channel-name.js';
import type { DeliveryState } from './delivery.entity.js';
import { heldReason } from './held-reason.js';

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
  /** Its place among those that wait for the rate of a provider. */
  readonly rateSlot: ProviderSlot | null;
  readonly expiresAt: Date;
}

export interface DeliveryStatus {
  readonly state: DeliveryState;
  /** Zero or less if the delivery isn't claimed. */
  readonly claimRemainingMs: number;
  readonly lastError: string | null;
}

/** The state of a delivery that waits for its next attempt. */
export const WAITING = `case when notification_id is null then 'pending' else 'queued' end`;

// Claims use PostgreSQL's clock, which all processes share.

/**
 * Claims those of the deliveries that are neither final, unknown, nor claimed by a live run.
 * @returns what the runs that hold the claims need, by the ID of the delivery
 */
export async function claimDeliveries(
  em: EntityManager,
  ids: readonly string[],
  leaseMs: number,
): Promise<Map<string, ClaimedRow>> {
  const rows = await em.execute<ClaimRow[]>(
    `update notifications.deliveries as d
        set state = 'sending', attempts = attempts + 1, claimed_until = now() + ? * interval '1 millisecond'
       from (select id from notifications.deliveries
              where id = any(array(select jsonb_array_elements_text(?::jsonb))::uuid[])
                and (state in ('pending', 'queued') or (state = 'sending' and claimed_until < now()))
              order by id for update) as free
      where d.id = free.id
  returning d.id, template, channel, sealed, message_id, task, attempts, rate_slot,
            extract(epoch from held_until) * 1000 as held_until_ms,
            extract(epoch from expires_at) * 1000 as expires_at_ms`,
    [leaseMs, JSON.stringify(ids)],
  );
  return new Map(rows.map((row) => [row.id, claimedOf(row)]));
}

function claimedOf(row: ClaimRow): ClaimedRow {
  return {
    id: row.id,
    template: row.template,
    channel: channelName(row.channel) as ChannelName,
    sealed: row.sealed,
    messageId: row.message_id,
    task: row.task,
    attempt: row.attempts,
    rateSlot: row.rate_slot,
    heldUntil: row.held_until_ms === null ? null : new Date(Number(row.held_until_ms)),
    expiresAt: new Date(Number(row.expires_at_ms)),
  };
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
        set state = ${WAITING}, tries = tries || ?::jsonb, claimed_until = null, rate_slot = null, last_error = ?
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

/** What has become of the broadcasts that deliveries are of, by the ID of the delivery. */
export async function broadcastStatesOf(
  em: EntityManager,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await em.execute<{ id: string; state: string }[]>(
    `select d.id, b.state from notifications.deliveries d
       join notifications.notifications n on n.id = d.notification_id
       join notifications.broadcasts b on b.id = n.broadcast_id
      where d.id = any(array(select jsonb_array_elements_text(?::jsonb))::uuid[])`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map(({ id, state }) => [id, state]));
}

interface StatusRow {
  readonly state: DeliveryState;
  readonly remaining: string | null;
  readonly last_error: string | null;
}

interface ClaimRow {
  readonly id: string;
  readonly template: string;
  readonly channel: string;
  readonly sealed: string;
  readonly message_id: string;
  readonly task: string | null;
  readonly attempts: number;
  readonly rate_slot: ProviderSlot | null;
  readonly held_until_ms: string | null;
  readonly expires_at_ms: string;
}
