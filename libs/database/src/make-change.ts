import type { EntityManager } from '@mikro-orm/postgresql';

/** A statement with its parameters, in the order of its question marks. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * Runs statements as one, in one round trip: all of them take effect, or none. So they need no transaction.
 * @param change returns a row if it has changed something. If it returns none, the others do nothing
 * @param records select from `changed`, which has the rows that the change returned
 * @returns whether it has changed anything
 */
export async function makeChange(
  em: EntityManager,
  change: Statement,
  ...records: readonly Statement[]
): Promise<boolean> {
  const tables = [
    `changed as (${change.sql})`,
    ...records.map(({ sql }, index) => `record_${index} as (${sql})`),
  ];
  const changed = await em.execute<unknown[]>(
    `with ${tables.join(', ')} select from changed`,
    [change, ...records].flatMap(({ values }) => values),
  );
  return changed.length > 0;
}
