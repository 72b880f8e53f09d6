import type { Database } from './database.js';

/** Small enough that no batch holds its locks, or a statement's time limit, for long. */
const BATCH = 5000;

/**
 * Deletes the rows of `table` whose `expires_at` lies before `instant`, batch by batch.
 * @param table with its schema; has an index on `expires_at`
 * @returns how many rows are gone
 */
export async function deleteExpiredRows(database: Database, table: string, instant: Date): Promise<number> {
  let total = 0;
  for (let deleted = BATCH; deleted === BATCH; total += deleted) {
    const rows = await database.read((em) =>
      em.execute<unknown[]>(
        `delete from ${table} where ctid = any(array(select ctid from ${table} where expires_at < ? limit ?))
         returning 1 as gone`,
        [instant, BATCH],
      ),
    );
    deleted = rows.length;
  }
  return total;
}
