import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Makes transactions about the same recipient wait for each other, so that none notifies someone whom another one erases.
 * The lock ends with the transaction.
 */
export async function lockRecipient(em: EntityManager, userId: string): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock(hashtextextended('recipient:' || ?, 0))`, [userId]);
}

/** Like `lockRecipient`, for many. In the order of their IDs, so that two of these never wait for each other. */
export async function lockRecipients(em: EntityManager, userIds: readonly string[]): Promise<void> {
  await em.execute(
    `select pg_advisory_xact_lock(hashtextextended('recipient:' || id, 0))
       from (select distinct jsonb_array_elements_text(?::jsonb) as id order by id) as recipients`,
    [JSON.stringify(userIds)],
    'run',
  );
}

/** Like `lockRecipient`, for those whose lock is free. @returns the IDs of the others */
export async function tryToLockRecipients(
  em: EntityManager,
  userIds: readonly string[],
): Promise<Set<string>> {
  const rows = await em.execute<{ id: string; free: boolean }[]>(
    `select id, pg_try_advisory_xact_lock(hashtextextended('recipient:' || id, 0)) as free
       from (select distinct jsonb_array_elements_text(?::jsonb) as id) as recipients`,
    [JSON.stringify(userIds)],
  );
  return new Set(rows.filter(({ free }) => !free).map(({ id }) => id));
}

/** Remembers that the user is erased. */
export async function insertErasedUser(em: EntityManager, userId: string, expiresAt: Date): Promise<void> {
  await em.execute(
    `insert into notifications.erased_users (user_id, expires_at) values (?, ?)
     on conflict (user_id) do update set expires_at = excluded.expires_at`,
    [userId, expiresAt],
    'run',
  );
}

/** After `lockRecipient`. */
export async function isErased(em: EntityManager, userId: string): Promise<boolean> {
  return (await findErased(em, [userId])).has(userId);
}

/** Those of the users who are erased. After `lockRecipients`. */
export async function findErased(em: EntityManager, userIds: readonly string[]): Promise<Set<string>> {
  const rows = await em.execute<{ id: string }[]>(
    `select user_id as id from notifications.erased_users
      where user_id = any(array(select jsonb_array_elements_text(?::jsonb))::uuid[])`,
    [JSON.stringify(userIds)],
  );
  return new Set(rows.map(({ id }) => id));
}
