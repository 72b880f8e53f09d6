import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { Webhook } from './webhook.entity.js';

/** Returns one row more than the limit, newest first. */
export function findWebhooks(em: EntityManager, page: PageRequest): Promise<Webhook[]> {
  const { where, options } = keyset(page);
  return em.find(Webhook, where, options);
}

export function countWebhooks(em: EntityManager): Promise<number> {
  return em.count(Webhook, {});
}

export function findWebhook(em: EntityManager, id: string): Promise<Webhook | null> {
  return em.findOne(Webhook, { id });
}

/** Locks the webhook until the transaction ends. */
export function lockWebhook(em: EntityManager, id: string): Promise<Webhook | null> {
  return em.findOne(Webhook, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/** Makes transactions that create webhooks wait for each other, so that there never are too many. */
export async function lockCreation(em: EntityManager): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock(hashtextextended('create-webhook', 0))`);
}

/** Deletes the tasks to deliver anything to the webhook, which would otherwise notice in hours that it's gone. */
export async function deleteTasksOf(em: EntityManager, id: string, tasks: readonly string[]): Promise<void> {
  await em.execute(
    `delete from notifications.outbox where consumer in (?) and message_id in
       (select d.id from notifications.webhook_deliveries d where d.webhook_id = ?)`,
    [tasks, id],
    'run',
  );
}

export type Subscribed = Pick<Webhook, 'id' | 'ordering'>;

/** Keeps the webhooks that want events of this type from being deleted until the transaction ends. */
export function keepSubscribed(em: EntityManager, type: string): Promise<Subscribed[]> {
  return em.execute(
    `select id, ordering from notifications.webhooks
      where enabled and event_types @> array[?]::text[] for key share`,
    [type],
  );
}

/** After an answer of success. */
export async function markAnswering(
  em: EntityManager,
  id: string,
  { isSlow }: { readonly isSlow: boolean },
): Promise<void> {
  await em.execute(
    `update notifications.webhooks
        set failing_since = null, paused_at = null, slow = ?,
            version = version + (paused_at is not null)::int,
            updated_at = case when paused_at is null then updated_at else now() end
      where id = ? and (failing_since is not null or paused_at is not null or slow <> ?)`,
    [isSlow, id, isSlow],
    'run',
  );
}

/**
 * After a failed attempt. Pauses the webhook if all have failed for long.
 * @returns who created it, if this attempt is the one that pauses it
 */
export async function markFailing(
  em: EntityManager,
  id: string,
  pauseAfterMs: number,
): Promise<string | null> {
  await em.execute(
    'update notifications.webhooks set failing_since = now() where id = ? and failing_since is null',
    [id],
    'run',
  );
  const [paused] = await em.execute<{ created_by: string }[]>(
    `update notifications.webhooks set paused_at = now(), updated_at = now(), version = version + 1
      where id = ? and paused_at is null and enabled and failing_since <= now() - ? * interval '1 millisecond'
  returning created_by`,
    [id, pauseAfterMs],
  );
  return paused?.created_by ?? null;
}

/** After the answer that the receiver is gone. @returns who created it, if it wasn't disabled before */
export async function disableGone(em: EntityManager, id: string): Promise<string | null> {
  const [disabled] = await em.execute<{ created_by: string }[]>(
    `update notifications.webhooks set enabled = false, updated_at = now(), version = version + 1
      where id = ? and enabled returning created_by`,
    [id],
  );
  return disabled?.created_by ?? null;
}
