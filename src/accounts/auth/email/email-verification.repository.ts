import type { EntityManager } from '@mikro-orm/postgresql';
import type { EmailVerification } from './email-verification.entity.js';

type NewLink = Pick<EmailVerification, 'tokenHash' | 'user' | 'expiresAt'>;

/** Adds a link and deletes the user's oldest ones, so that `kept` remain. */
export async function insertLink(
  em: EntityManager,
  { tokenHash, user, expiresAt }: NewLink,
  kept: number,
): Promise<void> {
  await em.execute(
    `with surplus as (
       delete from accounts.email_verifications where token_hash in (
         select token_hash from accounts.email_verifications where user_id = ?
         order by expires_at desc offset ?))
     insert into accounts.email_verifications (token_hash, user_id, expires_at) values (?, ?, ?)`,
    [user, kept - 1, tokenHash, user, expiresAt],
  );
}

/** @returns the hashes of the deleted tokens */
export async function deleteLinks(em: EntityManager, user: string): Promise<string[]> {
  const rows = await em.execute<{ token_hash: string }[]>(
    'delete from accounts.email_verifications where user_id = ? returning token_hash',
    [user],
  );
  return rows.map((row) => row.token_hash);
}
