import type { EntityManager } from '@mikro-orm/postgresql';
import { ExchangeCode } from './exchange-code.entity.js';

export type NewCode = Pick<
  ExchangeCode,
  'attempt' | 'codeHash' | 'user' | 'provedAt' | 'codeChallenge' | 'validUntil' | 'expiresAt'
> & { readonly linkSealed: string | null; readonly epoch: number | null };

/**
 * @param code with the user's present session epoch if `epoch` is null
 * @returns whether it's stored. It isn't if the attempt has already led to a code
 */
export async function insertCode(em: EntityManager, code: NewCode): Promise<boolean> {
  const { attempt, codeHash, user, epoch, provedAt, codeChallenge, linkSealed, validUntil, expiresAt } = code;
  const rows = await em.execute<unknown[]>(
    `insert into accounts.oauth_codes
       (attempt, code_hash, user_id, session_epoch, proved_at, code_challenge, link_sealed, valid_until, expires_at)
     select ?::uuid, ?, id, coalesce(?::int, session_epoch), ?::timestamptz, ?, ?, ?::timestamptz, ?::timestamptz
       from accounts.users where id = ?
     on conflict (attempt) do nothing returning attempt`,
    [attempt, codeHash, epoch, provedAt, codeChallenge, linkSealed, validUntil, expiresAt, user],
  );
  return rows.length > 0;
}

/** Uses a code up, if it's valid. Two requests with the same code wait for each other, and one gets it. */
export async function takeCode(em: EntityManager, codeHash: string, now: Date): Promise<ExchangeCode | null> {
  const rows = await em.execute<unknown[]>(
    `update accounts.oauth_codes set used_at = ?
      where code_hash = ? and used_at is null and valid_until > ? returning attempt`,
    [now, codeHash, now],
  );
  return rows.length > 0 ? em.findOne(ExchangeCode, { codeHash }) : null;
}
