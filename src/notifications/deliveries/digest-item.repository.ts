import type { EntityManager } from '@mikro-orm/postgresql';
import { heldReason } from './held-reason.js';

/** Makes a delivery a part of a digest. */
export async function insertDigestItem(
  em: EntityManager,
  item: { readonly deliveryId: string; readonly digestId: string; readonly createdAt: Date },
): Promise<void> {
  await em.execute(
    'insert into notifications.digest_items (delivery_id, digest_id, created_at) values (?, ?, ?)',
    [item.deliveryId, item.digestId, item.createdAt.toISOString()],
    'run',
  );
}

/** A delivery in a digest. */
export interface WaitingItem {
  readonly id: string;
  /** The name of the job that would send it by itself, if that isn't `send-mail`. */
  readonly task: string | null;
}

/** The deliveries that a digest consists of and that have not ended, oldest first. */
export async function findItemsOf(em: EntityManager, digestId: string): Promise<WaitingItem[]> {
  return em.execute<WaitingItem[]>(
    `select d.id, d.task from notifications.digest_items i join notifications.deliveries d on d.id = i.delivery_id
      where i.digest_id = ? and d.state in ('pending', 'queued') order by d.id`,
    [digestId],
  );
}

/** From now on, no notifications go into the digest. Call it after `lockRecipient`. */
export async function closeDigest(em: EntityManager, id: string): Promise<void> {
  await em.execute('update notifications.digests set is_open = false where id = ?', [id], 'run');
}

/** Puts off a digest that nobody sends, and all deliveries in it. */
export async function holdDigest(em: EntityManager, id: string, until: Date): Promise<void> {
  const at = until.toISOString();
  await em.execute('update notifications.digests set due_at = ? where id = ?', [at, id], 'run');
  await em.execute(
    `update notifications.deliveries set held_until = ?, last_error = ?
      where state in ('pending', 'queued') and
            (id = ? or id in (select delivery_id from notifications.digest_items where digest_id = ?))`,
    [at, heldReason(until), id, id],
    'run',
  );
}

/** Makes the deliveries of a digest that has failed wait again. */
export async function reopenItemsOf(em: EntityManager, digestId: string): Promise<void> {
  await em.execute(
    `update notifications.deliveries set state = 'queued' where state = 'failed' and id in
       (select delivery_id from notifications.digest_items where digest_id = ?)`,
    [digestId],
    'run',
  );
}

/** Makes a delivery one that is sent by itself. */
export async function deleteDigestItem(em: EntityManager, deliveryId: string): Promise<void> {
  await em.execute('delete from notifications.digest_items where delivery_id = ?', [deliveryId], 'run');
}

/** Call it before the deliveries are deleted. */
export async function deleteDigestItemsOf(em: EntityManager, userId: string): Promise<void> {
  await em.execute(
    `delete from notifications.digest_items i using notifications.deliveries d
      where d.id = i.delivery_id and d.user_id = ?`,
    [userId],
    'run',
  );
}
