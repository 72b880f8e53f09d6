import type { EntityManager } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { Suppression, type SuppressionReason } from './suppression.entity.js';

export interface SuppressionFilter {
  readonly reason?: SuppressionReason | undefined;
  /** The possible blind indexes of an address. */
  readonly emailIndexes?: readonly string[] | undefined;
}

/**
 * Why nothing is sent to addresses, by blind index.
 * @param emailIndexes the possible blind indexes of the addresses
 */
export async function findReasons(
  em: EntityManager,
  emailIndexes: readonly string[],
  at: Date,
): Promise<Map<string, SuppressionReason>> {
  const rows = await em.execute<{ index: string; reason: SuppressionReason }[]>(
    `select email_index as index, reason from notifications.suppressions
      where email_index = any(array(select jsonb_array_elements_text(?::jsonb)))
        and (expires_at is null or expires_at > ?)`,
    [JSON.stringify(emailIndexes), at.toISOString()],
  );
  return new Map(rows.map(({ index, reason }) => [index, reason]));
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

/** Makes transactions about the same address wait for each other. @param emailIndex the common one */
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
