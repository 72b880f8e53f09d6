import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { RecipientRebuild } from './recipient-rebuild.entity.js';

/** @returns false if another one isn't finished */
export async function insertRebuild(em: EntityManager, id: string, now: Date): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `insert into notifications.recipient_rebuilds (id, started_at) values (?, ?)
     on conflict ((finished_at is null)) where finished_at is null do nothing returning 1 as started`,
    [id, now.toISOString()],
  );
  return rows.length > 0;
}

export function findRebuild(em: EntityManager, id: string): Promise<RecipientRebuild | null> {
  return em.findOne(RecipientRebuild, { id });
}

/** Locks it until the transaction ends. */
export function lockRebuild(em: EntityManager, id: string): Promise<RecipientRebuild | null> {
  return em.findOne(RecipientRebuild, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/** The one that isn't finished, or else the last one that is. */
export async function findLatestRebuild(em: EntityManager): Promise<RecipientRebuild | null> {
  const [latest] = await em.find(RecipientRebuild, {}, { orderBy: { id: 'desc' }, limit: 1 });
  return latest ?? null;
}

export async function deleteRebuildsBefore(em: EntityManager, id: string): Promise<void> {
  await em.nativeDelete(RecipientRebuild, { id: { $lt: id } });
}

export async function deleteRebuilds(em: EntityManager): Promise<void> {
  await em.nativeDelete(RecipientRebuild, {});
}

/** The users between two IDs, and what is between them. */
export interface ReadRange {
  readonly after: string | null;
  /** Null for the rest. */
  readonly upTo: string | null;
  readonly present: readonly string[];
}

/**
 * Marks copies as outdated that are of users in a range that accounts doesn't have there.
 * @param changedBy stands for the message that would say so
 * @returns how many it has marked. If those are as many as the limit, there may be more
 */
export async function markAbsent(
  em: EntityManager,
  { after, upTo, present }: ReadRange,
  changedBy: string,
  limit: number,
): Promise<number> {
  const rows = await em.execute<unknown[]>(
    `update notifications.recipients set changed_by = ?, changed_at = now()
      where user_id in (
        select user_id from notifications.recipients
         where user_id > coalesce(?::uuid, '00000000-0000-0000-0000-000000000000')
           and user_id <= coalesce(?::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
           and changed_at is null
           and user_id <> all(array(select jsonb_array_elements_text(?::jsonb)::uuid))
         order by user_id limit ? for update)
      returning 1 as marked`,
    [changedBy, after, upTo, JSON.stringify(present), limit],
  );
  return rows.length;
}
