import type { EntityManager } from '@mikro-orm/postgresql';
import { OneTimeCode } from './one-time-code.entity.js';

/** NIST SP 800-63B, section 5.1.3.2: short secrets need a limit. Fifteen in all, of a million codes. */
const MAX_TRIES = 5;

type NewCode = Omit<OneTimeCode, 'tries' | 'ownTries' | 'knownTries'>;

/** Replaces the user's code, unless it's from after `since`. @returns whether it did */
export async function putCode(em: EntityManager, code: NewCode, since: Date): Promise<boolean> {
  const { user, codeHash, tokenHash, browserHash, userAgent, ipAddress, createdAt, expiresAt } = code;
  const rows = await em.execute<unknown[]>(
    `insert into accounts.one_time_codes as present
       (user_id, code_hash, token_hash, browser_hash, tries, own_tries, known_tries, user_agent, ip_address,
        created_at, expires_at)
     values (?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?)
     on conflict (user_id) do update
       set code_hash = excluded.code_hash, token_hash = excluded.token_hash, browser_hash = excluded.browser_hash,
           tries = 0, own_tries = 0, known_tries = 0, user_agent = excluded.user_agent, ip_address = excluded.ip_address,
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

/** Who tries a code. Each kind has tries of its own, so that nobody can use up those of the owner. */
export interface Trying {
  readonly browserHash: string;
  /** Whether the user has signed in on this device before. */
  readonly isKnown: boolean;
}

/**
 * Counts a try before the code is compared, so that it's exact however many run at once.
 * @returns what to compare with, or undefined if there's no live code or it has been tried too often
 */
export async function countTry(
  em: EntityManager,
  userId: string,
  { browserHash, isKnown }: Trying,
  now: Date,
): Promise<CountedTry | undefined> {
  const [counted] = await em.execute<CountedTry[]>(
    `update accounts.one_time_codes
        set known_tries = known_tries + kind.known, own_tries = own_tries + (1 - kind.known) * (browser_hash = ?)::int,
            tries = tries + (1 - kind.known) * (browser_hash <> ?)::int
       from (select ?::int as known) as kind
      where user_id = ? and expires_at > ?
        and case when kind.known = 1 then known_tries when browser_hash = ? then own_tries else tries end < ?
     returning user_id as "userId", code_hash as "codeHash", token_hash as "tokenHash"`,
    [browserHash, browserHash, Number(isKnown), userId, now, browserHash, MAX_TRIES],
  );
  return counted;
}

/** @returns whether it was still there: of many at once, only one gets to use it */
export async function deleteCode(em: EntityManager, tokenHash: string): Promise<boolean> {
  return (await em.nativeDelete(OneTimeCode, { tokenHash })) > 0;
}
