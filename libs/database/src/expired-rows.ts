import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from './database.js';

/** Small enough that a batch neither holds its locks for long nor exceeds the statement timeout. */
const BATCH = 1_000;

/**
 * Repeats `work`, each time in its own transaction, until it handles less than a full batch or `signal` aborts.
 * @param work handles up to `limit` rows and returns how many it handled
 * @returns the total number of rows handled
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
 * Deletes the rows of `table` whose `column` is before `instant`, in batches.
 * @param table including its schema; needs an index on `column`
 * @returns the number of deleted rows
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
