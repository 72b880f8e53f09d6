import type { EntityManager } from '@mikro-orm/postgresql';
import { OneTimeCode } from './one-time-code.entity.js';

/** NIST SP 800-63B, section 5.1.3.2: short secrets need a limit. One in 200,000 guesses the code. */
const MAX_TRIES = 5;

type NewCode = Omit<OneTimeCode, 'tries' | 'ownTries'>;

/** Replaces the user's code, unless it's from after `since`. @returns whether it did */
export async function putCode(em: EntityManager, code: NewCode, since: Date): Promise<boolean> {
  const { user, codeHash, tokenHash, browserHash, userAgent, ipAddress, createdAt, expiresAt } = code;
  const rows = await em.execute<unknown[]>(
    `insert into accounts.one_time_codes as present
       (user_id, code_hash, token_hash, browser_hash, tries, own_tries, user_agent, ip_address, created_at, expires_at)
     values (?, ?, ?, ?, 0, 0, ?, ?, ?, ?)
     on conflict (user_id) do update
       set code_hash = excluded.code_hash, token_hash = excluded.token_hash, browser_hash = excluded.browser_hash,
           tries = 0, own_tries = 0, user_agent = excluded.user_agent, ip_address = excluded.ip_address,
           created_at = excluded.created_at, expires_at = excluded.expires_at
     where present.created_at <= ?
     returning user_id`,
    [user, codeHash, tokenHash, browserHash, userAgent, ipAddress, createdAt, expiresAt, since],
  );
  return rows.length > 0;
}

/** @returns null if there's no such link, or it has expired */
export function findCode(em: EntityManager, tokenHash: string, now: Date): Promise<OneTimeCode | null> {
  return em.findOne(OneTimeCode, { tokenHash, expiresAt: { $gt: now } });
}

export interface CountedTry {
  readonly userId: string;
  readonly codeHash: string;
  readonly tokenHash: string;
}

/**
 * Counts a try before the code is compared, so that it's exact however many run at once.
 * @param browserHash of the browser that tries
 * @returns what to compare with, or undefined if there's no live code or it has been tried too often
 */
export async function countTry(
  em: EntityManager,
  userId: string,
  browserHash: string,
  now: Date,
): Promise<CountedTry | undefined> {
  const [counted] = await em.execute<CountedTry[]>(
    `update accounts.one_time_codes
        set own_tries = own_tries + (browser_hash = ?)::int, tries = tries + (browser_hash <> ?)::int
      where user_id = ? and expires_at > ? and case when browser_hash = ? then own_tries else tries end < ?
     returning user_id as "userId", code_hash as "codeHash", token_hash as "tokenHash"`,
    [browserHash, browserHash, userId, now, browserHash, MAX_TRIES],
  );
  return counted;
}

/** @returns whether it was still there: of many at once, only one gets to use it */
export async function deleteCode(em: EntityManager, tokenHash: string): Promise<boolean> {
  return (await em.nativeDelete(OneTimeCode, { tokenHash })) > 0;
}
