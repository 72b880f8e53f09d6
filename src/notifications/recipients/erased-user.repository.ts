import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Makes transactions about the same recipient wait for each other, so that none notifies someone whom another one erases.
 * The lock ends with the transaction.
 */
export async function lockRecipient(em: EntityManager, userId: string): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock(hashtextextended('recipient:' || ?, 0))`, [userId]);
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
  const rows = await em.execute<unknown[]>('select from notifications.erased_users where user_id = ?', [
    userId,
  ]);
  return rows.length > 0;
}
