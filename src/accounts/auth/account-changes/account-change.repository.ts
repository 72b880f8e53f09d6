import type { EntityManager } from '@mikro-orm/postgresql';
import { AccountChange } from './account-change.entity.js';

type NewChange = Pick<AccountChange, 'tokenHash' | 'user' | 'madeAt' | 'expiresAt'>;

export async function insertChange(
  em: EntityManager,
  { tokenHash, user, madeAt, expiresAt }: NewChange,
): Promise<void> {
  await em.execute(
    'insert into accounts.account_changes (token_hash, user_id, made_at, expires_at) values (?, ?, ?, ?)',
    [tokenHash, user, madeAt, expiresAt],
    'run',
  );
}

/** @returns when the user's latest change was made that still has a link */
export async function findLatest(em: EntityManager, user: string): Promise<Date | null> {
  const latest = await em.findOne(AccountChange, { user }, { orderBy: { madeAt: 'desc' } });
  return latest?.madeAt ?? null;
}

/** @returns null if there's no such link, or it has expired */
export function findChange(em: EntityManager, tokenHash: string, now: Date): Promise<AccountChange | null> {
  return em.findOne(AccountChange, { tokenHash, expiresAt: { $gt: now } });
}

/** @returns whether it hasn't been undone before */
export async function markUndone(em: EntityManager, tokenHash: string, now: Date): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    'update accounts.account_changes set undone_at = ? where token_hash = ? and undone_at is null returning token_hash',
    [now, tokenHash],
  );
  return rows.length > 0;
}

/** Marks all changes of a user since then as undone. */
export async function markUndoneSince(
  em: EntityManager,
  user: string,
  since: Date,
  now: Date,
): Promise<void> {
  await em.execute(
    'update accounts.account_changes set undone_at = ? where user_id = ? and made_at >= ? and undone_at is null',
    [now, user, since],
    'run',
  );
}
