import type { EntityManager } from '@mikro-orm/postgresql';
import { commonIndex } from '#libs/crypto';
import { keyset, type PageRequest } from '#libs/database';
import type { PushSubscriptionCipher, PushTarget } from './push-subscription-cipher.js';
import { PushSubscription } from './push-subscription.entity.js';

/** Why someone gets no push notification. */
export const NO_PUSH_SUBSCRIPTION = 'the recipient has no browser with push notifications';

/** How many a user can have. */
export const MAX_PUSH_SUBSCRIPTIONS = 20;

/** What a browser has sent. */
export interface GivenSubscription {
  /** Its ID, if it isn't known yet. */
  readonly id: string;
  readonly userId: string;
  readonly target: PushTarget;
  readonly expiresAt: Date | null;
  readonly at: Date;
}

/**
 * Adds a subscription. One with the same endpoint is replaced: it keeps its ID if it's of the same user, and otherwise
 * gets a new one, so that nothing that was to be sent to the other user gets there.
 */
export async function storePushSubscription(
  em: EntityManager,
  cipher: PushSubscriptionCipher,
  { id: newId, userId, target, expiresAt, at }: GivenSubscription,
): Promise<PushSubscription> {
  // The unique index doesn't do it alone while replicas write with different keys.
  await em.execute(`select pg_advisory_xact_lock(hashtextextended('push-endpoint:' || ?, 0))`, [
    commonIndex(cipher.candidates(target.endpoint)),
  ]);
  const replaced = await em.execute<ReplacedRow[]>(
    `delete from notifications.push_subscriptions
      where endpoint_index in (select jsonb_array_elements_text(?::jsonb)) 
  returning id, user_id, extract(epoch from created_at) * 1000 as created_ms`,
    [JSON.stringify(cipher.candidates(target.endpoint))],
  );
  const own = replaced.find((row) => row.user_id === userId);
  const id = own?.id ?? newId;
  const { endpointIndex, sealed } = cipher.seal(id, target);
  // On conflict with a request at the same time, which has stored the same endpoint in between.
  await em.execute(
    `insert into notifications.push_subscriptions
       (id, user_id, endpoint_index, sealed, expires_at, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?)
     on conflict (endpoint_index) do update
       set id = excluded.id, user_id = excluded.user_id, sealed = excluded.sealed, expires_at = excluded.expires_at,
           created_at = excluded.created_at, updated_at = excluded.updated_at`,
    [
      id,
      userId,
      endpointIndex,
      sealed,
      expiresAt?.toISOString() ?? null,
      (own ? new Date(Number(own.created_ms)) : at).toISOString(),
      at.toISOString(),
    ],
    'run',
  );
  return em.findOneOrFail(PushSubscription, { id });
}

/** Deletes those beyond `MAX_PUSH_SUBSCRIPTIONS`, which are the ones that no browser has sent for the longest time. */
export async function deleteStalePushSubscriptions(em: EntityManager, userId: string): Promise<void> {
  await em.execute(
    `delete from notifications.push_subscriptions where id in
       (select id from notifications.push_subscriptions where user_id = ? order by updated_at desc, id desc offset ?)`,
    [userId, MAX_PUSH_SUBSCRIPTIONS],
    'run',
  );
}

/** Returns one row more than the limit, newest first. */
export function findPushSubscriptions(
  em: EntityManager,
  userId: string,
  page: PageRequest,
): Promise<PushSubscription[]> {
  const { where, options } = keyset(page);
  return em.find(PushSubscription, { userId, ...where }, options);
}

export function countPushSubscriptions(em: EntityManager, userId: string): Promise<number> {
  return em.count(PushSubscription, { userId });
}

/** Oldest first. @param at only those that have not ended then */
export function findPushSubscriptionsOf(
  em: EntityManager,
  userId: string,
  at?: Date,
): Promise<PushSubscription[]> {
  const isLive = at === undefined ? {} : { $or: [{ expiresAt: null }, { expiresAt: { $gt: at } }] };
  return em.find(PushSubscription, { userId, ...isLive }, { orderBy: { id: 'asc' } });
}

/** Those of many users that have not ended at that time, oldest first. */
export function findPushSubscriptionsOfAll(
  em: EntityManager,
  userIds: readonly string[],
  at: Date,
): Promise<PushSubscription[]> {
  const isLive = { $or: [{ expiresAt: null }, { expiresAt: { $gt: at } }] };
  return em.find(PushSubscription, { userId: { $in: [...userIds] }, ...isLive }, { orderBy: { id: 'asc' } });
}

/** @returns null if there's no such subscription any more, or it's someone else's */
export function findPushSubscription(
  em: EntityManager,
  userId: string,
  id: string,
): Promise<PushSubscription | null> {
  return em.findOne(PushSubscription, { id, userId });
}

/** @returns whether the user had it */
export async function deletePushSubscription(
  em: EntityManager,
  userId: string,
  id: string,
): Promise<boolean> {
  return (await em.nativeDelete(PushSubscription, { id, userId })) > 0;
}

/** Deletes one that has ended, unless the browser has sent it again in between. */
export async function deleteEndedPushSubscription(
  em: EntityManager,
  { id, sealed }: PushSubscription,
): Promise<void> {
  await em.nativeDelete(PushSubscription, { id, sealed });
}

export async function deletePushSubscriptionsOf(em: EntityManager, userId: string): Promise<void> {
  await em.nativeDelete(PushSubscription, { userId });
}

interface ReplacedRow {
  readonly id: string;
  readonly user_id: string;
  readonly created_ms: string;
}
