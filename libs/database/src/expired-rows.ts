import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from './database.js';

/** Small enough that no batch holds its locks, or a statement's time limit, for long. */
const BATCH = 1_000;

/**
 * Repeats `work`, each time in a transaction of its own, until it finds less than a full batch or `signal` fires.
 * @param work handles up to `limit` rows and returns how many it did
 * @returns how many it did in all
 */
export async function inBatches(
  database: Database,
  signal: AbortSignal,
  work: (em: EntityManager, limit: number) => Promise<number>,
): Promise<number> {
  let total = 0;
  let done = BATCH;
  while (done === BATCH && !signal.aborted) {
    done = await database.transaction((em) => work(em, BATCH));
    total += done;
  }
  return total;
}

/**
 * Deletes the rows of `table` whose `column` lies before `instant`, batch by batch.
 * @param table with its schema; has an index on the column
 * @returns how many rows are gone
 */
export function deleteExpiredRows(
  database: Database,
  signal: AbortSignal,
  table: string,
  instant: Date,
  column = 'expires_at',
): Promise<number> {
  return inBatches(database, signal, async (em, limit) => {
    const rows = await em.execute<unknown[]>(
      `delete from ${table} where ctid = any(array(select ctid from ${table} where ${column} < ? limit ?))
       returning 1 as gone`,
      [instant, limit],
    );
    return rows.length;
  });
}
