import type { EntityManager } from '@mikro-orm/postgresql';
import { PasswordReset } from './password-reset.entity.js';

type NewReset = Pick<PasswordReset, 'tokenHash' | 'user' | 'createdAt' | 'expiresAt'>;

/**
 * Stores a link, unless the user has got one since then that still works. The caller has locked the user.
 * @returns whether it's stored
 */
export async function insertReset(
  em: EntityManager,
  { tokenHash, user, createdAt, expiresAt }: NewReset,
  since: Date,
): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `insert into accounts.password_resets (token_hash, user_id, created_at, expires_at)
     select ?, ?, ?, ?
      where not exists (select 1 from accounts.password_resets where user_id = ? and created_at > ? and used_at is null)
     returning token_hash`,
    [tokenHash, user, createdAt, expiresAt, user, since],
  );
  return rows.length > 0;
}

/** Links that work, and those that have. */
export async function deleteResets(em: EntityManager, user: string): Promise<void> {
  await em.nativeDelete(PasswordReset, { user });
}

/** @returns null if there's no such link, or it has expired */
export function findReset(em: EntityManager, tokenHash: string, now: Date): Promise<PasswordReset | null> {
  return em.findOne(PasswordReset, { tokenHash, expiresAt: { $gt: now } });
}

/** As of the latest change of the user's password. */
export async function markUsed(em: EntityManager, tokenHash: string): Promise<void> {
  await em.execute(
    `update accounts.password_resets r set used_at = p.changed_at from accounts.passwords p
      where r.token_hash = ? and p.user_id = r.user_id`,
    [tokenHash],
    'run',
  );
}
