import type { EntityManager } from '@mikro-orm/postgresql';
import { EmailVerification } from './email-verification.entity.js';

type NewLink = Pick<EmailVerification, 'tokenHash' | 'registrationId' | 'expiresAt'> & {
  readonly user: string;
};

/** Adds a link and deletes the oldest ones of the same registration, so that `kept` remain. */
export async function insertLink(
  em: EntityManager,
  { tokenHash, user, registrationId, expiresAt }: NewLink,
  kept: number,
): Promise<void> {
  await em.execute(
    `with surplus as (
       delete from accounts.email_verifications where token_hash in (
         select token_hash from accounts.email_verifications where user_id = ? and registration_id is not distinct from ?
         order by expires_at desc offset ?))
     insert into accounts.email_verifications (token_hash, user_id, registration_id, expires_at) values (?, ?, ?, ?)`,
    [user, registrationId, kept - 1, tokenHash, user, registrationId, expiresAt],
  );
}

/** @returns null if there's no such link, or it has expired */
export function findLink(em: EntityManager, tokenHash: string, now: Date): Promise<EmailVerification | null> {
  return em.findOne(EmailVerification, { tokenHash, expiresAt: { $gt: now } });
}

/** Keeps links only to recognize them, after what they were for has been removed. */
export async function forgetUser(
  em: EntityManager,
  which: { readonly tokenHash: string } | { readonly user: string },
): Promise<void> {
  await em.nativeUpdate(EmailVerification, which, { user: null });
}
