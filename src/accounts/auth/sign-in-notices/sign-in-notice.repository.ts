import type { EntityManager } from '@mikro-orm/postgresql';
import { SignInNotice } from './sign-in-notice.entity.js';

type NewNotice = Pick<SignInNotice, 'tokenHash' | 'user' | 'sessionId' | 'expiresAt'>;

export async function insertNotice(
  em: EntityManager,
  { tokenHash, user, sessionId, expiresAt }: NewNotice,
): Promise<void> {
  await em.execute(
    'insert into accounts.sign_in_notices (token_hash, user_id, session_id, expires_at) values (?, ?, ?, ?)',
    [tokenHash, user, sessionId, expiresAt],
    'run',
  );
}

/** @returns null if there's no such link, or it has expired */
export function findNotice(em: EntityManager, tokenHash: string, now: Date): Promise<SignInNotice | null> {
  return em.findOne(SignInNotice, { tokenHash, expiresAt: { $gt: now } });
}

/** @returns whether it hasn't been used before */
export async function markUsed(em: EntityManager, tokenHash: string, now: Date): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    'update accounts.sign_in_notices set used_at = ? where token_hash = ? and used_at is null returning token_hash',
    [now, tokenHash],
  );
  return rows.length > 0;
}
