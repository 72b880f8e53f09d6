import type { EntityManager } from '@mikro-orm/postgresql';
import { DigestRow } from './digest.entity.js';

export function findDigest(em: EntityManager, id: string): Promise<DigestRow | null> {
  return em.findOne(DigestRow, { id });
}

/** The digest that further notifications go into. Call it after `lockRecipient`. */
export function findOpenDigest(
  em: EntityManager,
  userId: string,
  category: string,
): Promise<DigestRow | null> {
  return em.findOne(DigestRow, { userId, category, isOpen: true });
}

export async function deleteDigest(em: EntityManager, id: string): Promise<void> {
  await em.nativeDelete(DigestRow, { id });
}

export async function deleteDigestsOf(em: EntityManager, userId: string): Promise<void> {
  await em.nativeDelete(DigestRow, { userId });
}

/** Those of the deliveries that are in a digest which is closed: it may be on its way. */
export async function findClosedAmong(em: EntityManager, deliveryIds: readonly string[]): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select i.delivery_id as id from notifications.digest_items i
       join notifications.digests d on d.id = i.digest_id and not d.is_open
      where i.delivery_id = any(array(select jsonb_array_elements_text(?::jsonb))::uuid[])`,
    [JSON.stringify(deliveryIds)],
  );
  return rows.map(({ id }) => id);
}
