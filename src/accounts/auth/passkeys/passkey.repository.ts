import type { EntityManager } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { Passkey } from './passkey.entity.js';
import { PasskeyChallenge } from './passkey-challenge.entity.js';

/** A single statement, so that of many uses of a challenge at once only one succeeds. */
export async function useChallenge(
  em: EntityManager,
  challengeHash: string,
  user: string | null,
  now: Date,
): Promise<boolean> {
  return (await em.nativeDelete(PasskeyChallenge, { challengeHash, user, expiresAt: { $gt: now } })) > 0;
}

/** Returns one row more than the limit, newest first. */
export function findPasskeys(em: EntityManager, user: string, page: PageRequest): Promise<Passkey[]> {
  const { where, options } = keyset(page);
  return em.find(Passkey, { user, ...where }, options);
}

export function countPasskeys(em: EntityManager, user: string): Promise<number> {
  return em.count(Passkey, { user });
}

/** @returns null if there's no such passkey, or it's someone else's */
export function findPasskey(em: EntityManager, user: string, id: string): Promise<Passkey | null> {
  return em.findOne(Passkey, { id, user });
}

export function findByCredential(em: EntityManager, credentialId: string): Promise<Passkey | null> {
  return em.findOne(Passkey, { credentialId });
}

interface Use {
  readonly counter: number;
  readonly backedUp: boolean;
  readonly at: Date;
}

/**
 * Records a sign-in. A single statement, so that two with the same count don't both succeed.
 * @returns false if the count hasn't increased, as when the passkey was cloned. Authenticators that don't count say 0
 */
export async function recordUse(
  em: EntityManager,
  id: string,
  { counter, backedUp, at }: Use,
): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `update accounts.passkeys set counter = ?, backed_up = ?, last_used_at = ?
      where id = ? and (counter < ? or (counter = 0 and ? = 0)) returning id`,
    [counter, backedUp, at, id, counter, counter],
  );
  return rows.length > 0;
}
