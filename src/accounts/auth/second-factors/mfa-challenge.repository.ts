import type { EntityManager } from '@mikro-orm/postgresql';
import { MfaChallenge } from './mfa-challenge.entity.js';

const MAX_TRIES = 5;

type NewChallenge = Omit<MfaChallenge, 'tries'>;

export async function insertChallenge(em: EntityManager, challenge: NewChallenge): Promise<void> {
  await em.insert(MfaChallenge, { ...challenge, tries: 0 });
}

export interface CountedChallenge {
  readonly userId: string;
  readonly methods: readonly string[];
  readonly epoch: number;
}

/**
 * Counts a try before the factor is checked, so that it's exact however many run at once.
 * @returns undefined if there's no such challenge, it has expired or been tried too often
 */
export async function countChallengeTry(
  em: EntityManager,
  tokenHash: string,
  now: Date,
): Promise<CountedChallenge | undefined> {
  const [counted] = await em.execute<CountedChallenge[]>(
    `update accounts.mfa_challenges set tries = tries + 1 where token_hash = ? and expires_at > ? and tries < ?
     returning user_id as "userId", methods, epoch`,
    [tokenHash, now, MAX_TRIES],
  );
  return counted;
}

/** @returns whether it was still there: of many at once, only one gets to use it */
export async function deleteChallenge(em: EntityManager, tokenHash: string): Promise<boolean> {
  return (await em.nativeDelete(MfaChallenge, { tokenHash })) > 0;
}
