import type { EntityManager } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { Suppression, type SuppressionReason } from './suppression.entity.js';

export interface SuppressionFilter {
  readonly reason?: SuppressionReason | undefined;
  /** The possible blind indexes of an address. */
  readonly emailIndexes?: readonly string[] | undefined;
}

/** @param emailIndexes the possible blind indexes of the addresses */
export function findSuppressionsOfAddresses(
  em: EntityManager,
  emailIndexes: readonly string[],
  at: Date,
): Promise<Suppression[]> {
  return em.find(Suppression, {
    emailIndex: { $in: [...emailIndexes] },
    $or: [{ expiresAt: null }, { expiresAt: { $gt: at } }],
  });
}

/** Returns one row more than the limit, newest first. */
export function findSuppressions(
  em: EntityManager,
  filter: SuppressionFilter,
  page: PageRequest,
): Promise<Suppression[]> {
  const { where, options } = keyset(page);
  return em.find(Suppression, { $and: [whereOf(filter), where] }, options);
}

export function countSuppressions(em: EntityManager, filter: SuppressionFilter): Promise<number> {
  return em.count(Suppression, whereOf(filter));
}

export function findSuppression(em: EntityManager, id: string): Promise<Suppression | null> {
  return em.findOne(Suppression, { id });
}

/** Makes transactions about the same address wait for each other. */
export async function lockAddress(em: EntityManager, emailIndex: string): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock(hashtextextended('suppression:' || ?, 0))`, [emailIndex]);
}

/** What is known of a user's addresses. */
export function findSuppressionsOf(em: EntityManager, userId: string): Promise<Suppression[]> {
  return em.find(Suppression, { userId }, { orderBy: { id: 'asc' } });
}

export async function deleteSuppressionsOf(em: EntityManager, userId: string): Promise<void> {
  await em.nativeDelete(Suppression, { userId });
}

function whereOf({ reason, emailIndexes }: SuppressionFilter) {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(emailIndexes === undefined ? {} : { emailIndex: { $in: [...emailIndexes] } }),
  };
}
