import type { EntityManager } from '@mikro-orm/postgresql';
import { MfaChallenge } from './mfa-challenge.entity.js';
import { RecoveryCode } from './recovery-code.entity.js';
import { TotpFactor } from './totp-factor.entity.js';

/** What the user can choose from at a sign-in. Plain SQL: it's no new version of what they see of themselves. */
export async function addFactor(em: EntityManager, userId: string, kind: string): Promise<void> {
  await em.execute(
    `update accounts.users set second_factors = array_append(array_remove(second_factors, ?), ?) where id = ?`,
    [kind, kind, userId],
    'run',
  );
}

/** @returns whether the user has no second factor any more */
export async function removeFactor(em: EntityManager, userId: string, kind: string): Promise<boolean> {
  const [row] = await em.execute<{ left: number }[]>(
    `update accounts.users set second_factors = array_remove(second_factors, ?) where id = ?
     returning cardinality(second_factors)::int as left`,
    [kind, userId],
  );
  return row?.left === 0;
}

/**
 * Removes what became a factor since then, or waits to become one. Recovery codes go with the last factor, and those that
 * were made since then in any case.
 */
export async function removeFactorsSince(em: EntityManager, userId: string, since: Date): Promise<void> {
  await em.nativeDelete(MfaChallenge, { user: userId });
  await em.nativeDelete(TotpFactor, {
    user: userId,
    $or: [{ confirmedAt: null }, { confirmedAt: { $gte: since } }],
  });
  if (await em.count(TotpFactor, { user: userId })) {
    await em.nativeDelete(RecoveryCode, { user: userId, createdAt: { $gte: since } });
  } else {
    await em.nativeDelete(RecoveryCode, { user: userId });
    await em.execute(`update accounts.users set second_factors = '{}' where id = ?`, [userId], 'run');
  }
}

export function findTotp(em: EntityManager, userId: string): Promise<TotpFactor | null> {
  return em.findOne(TotpFactor, { user: userId });
}

/**
 * A single statement, so that of many uses of a code at once, on whatever replica, only one succeeds.
 * @returns whether no code of this step or a later one was used before
 */
export async function useStep(em: EntityManager, userId: string, step: number): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `update accounts.totp_factors set last_step = ?
      where user_id = ? and (last_step is null or last_step < ?) returning user_id`,
    [step, userId, step],
  );
  return rows.length > 0;
}

/** @param hashes the possible hashes of one code. @returns whether it was still there */
export async function useRecoveryCode(
  em: EntityManager,
  userId: string,
  hashes: readonly string[],
): Promise<boolean> {
  return (await em.nativeDelete(RecoveryCode, { user: userId, codeHash: { $in: [...hashes] } })) > 0;
}

export async function replaceRecoveryCodes(
  em: EntityManager,
  userId: string,
  codes: readonly { readonly codeHash: string; readonly sealed: string }[],
  createdAt: Date,
): Promise<void> {
  await em.nativeDelete(RecoveryCode, { user: userId });
  await em.insertMany(
    RecoveryCode,
    codes.map((code) => ({ user: userId, ...code, createdAt })),
  );
}

export function countRecoveryCodes(em: EntityManager, userId: string): Promise<number> {
  return em.count(RecoveryCode, { user: userId });
}
