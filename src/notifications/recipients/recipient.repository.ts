import type { EntityManager } from '@mikro-orm/postgresql';
import { Recipient } from './recipient.entity.js';

/** A copy as it's stored. */
export interface RecipientRow {
  readonly userId: string;
  readonly version: number;
  readonly sealed: string;
}

/** A user about whom accounts has to be asked. */
export interface OutdatedRecipient {
  readonly userId: string;
  /** The message that said so. */
  readonly changedBy: string;
}

const IDS = 'array(select jsonb_array_elements_text(?::jsonb)::uuid)';

/** @returns null if there's no copy of the user, or a change isn't in it yet */
export function findCopy(em: EntityManager, userId: string): Promise<Recipient | null> {
  return em.findOne(Recipient, { userId, sealed: { $ne: null }, changedBy: null });
}

/** @returns the versions of the copies that there are, by user */
export async function findVersions(
  em: EntityManager,
  userIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await em.execute<{ user_id: string; version: number }[]>(
    `select user_id, version from notifications.recipients where user_id = any(${IDS})`,
    [JSON.stringify(userIds)],
  );
  return new Map(rows.map(({ user_id, version }) => [user_id, version]));
}

/** Stores those that are newer than what there is, except of users who are erased. After `lockRecipients`. */
export async function storeCopies(em: EntityManager, rows: readonly RecipientRow[]): Promise<void> {
  await em.execute(
    `insert into notifications.recipients as r (user_id, version, sealed)
     select n."userId", n.version, n.sealed
       from jsonb_to_recordset(?::jsonb) as n("userId" uuid, version int, sealed text)
      where not exists (select from notifications.erased_users e where e.user_id = n."userId")
      order by 1
     on conflict (user_id) do update set version = excluded.version, sealed = excluded.sealed
      where r.version < excluded.version`,
    [JSON.stringify(rows)],
    'run',
  );
}

export async function deleteCopies(em: EntityManager, userIds: readonly string[]): Promise<void> {
  await em.execute(
    `delete from notifications.recipients where user_id = any(${IDS})`,
    [JSON.stringify(userIds)],
    'run',
  );
}

/** Remembers that the copy of a user is outdated. @param changedBy the ID of the message that says so */
export async function markOutdated(
  em: EntityManager,
  { userId, changedBy }: OutdatedRecipient,
  now: Date,
): Promise<void> {
  await em.execute(
    `insert into notifications.recipients as r (user_id, version, changed_by, changed_at)
     select u.id, 0, ?::uuid, ?::timestamptz from (select ?::uuid as id) u
      where not exists (select from notifications.erased_users e where e.user_id = u.id)
     on conflict (user_id) do update
       set changed_by = excluded.changed_by, changed_at = coalesce(r.changed_at, excluded.changed_at)`,
    [changedBy, now.toISOString(), userId],
    'run',
  );
}

/** @returns those that have been outdated for the longest time */
export async function findOutdated(em: EntityManager, limit: number): Promise<OutdatedRecipient[]> {
  const rows = await em.execute<{ user_id: string; changed_by: string }[]>(
    `select user_id, changed_by from notifications.recipients
      where changed_at is not null order by changed_at limit ?`,
    [limit],
  );
  return rows.map(({ user_id, changed_by }) => ({ userId: user_id, changedBy: changed_by }));
}

/** The copies are up to date, unless they have become outdated again. */
export async function markUpToDate(em: EntityManager, outdated: readonly OutdatedRecipient[]): Promise<void> {
  await em.execute(
    `update notifications.recipients r set changed_by = null, changed_at = null
       from jsonb_to_recordset(?::jsonb) as o("userId" uuid, "changedBy" uuid)
      where r.user_id = o."userId" and r.changed_by = o."changedBy"`,
    [JSON.stringify(outdated)],
    'run',
  );
}

/** When the first change was noticed that isn't in the copies yet. */
export async function findOldestChange(em: EntityManager): Promise<Date | null> {
  const [row] = await em.execute<{ ms: string | null }[]>(
    `select extract(epoch from min(changed_at)) * 1000 as ms from notifications.recipients
      where changed_at is not null`,
  );
  return row?.ms ? new Date(Number(row.ms)) : null;
}

/** @returns the number of deleted copies */
export async function deleteAnyCopies(em: EntityManager, limit: number): Promise<number> {
  const rows = await em.execute<unknown[]>(
    `delete from notifications.recipients
      where user_id in (select user_id from notifications.recipients limit ?) returning 1 as gone`,
    [limit],
  );
  return rows.length;
}
