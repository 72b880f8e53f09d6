import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { hold } from './fixture.js';

/** Queries PostgreSQL directly, bypassing the application. */
export async function query<T extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/**
 * Locks the rows selected by `sql`, so anyone who wants to change them waits.
 * @returns a function that releases them
 */
export async function holdRows(
  url: string,
  sql: string,
  values: readonly unknown[],
): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await client.query(`${sql} for update`, [...values]);
  return () => client.end();
}

/** A transaction that holds its locks until the test commits it, or is over. */
export function openTransaction(url: string): Promise<pg.Client> {
  const open = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('begin');
    return client;
  };
  return hold(open(), (client) => client.end());
}

/** How many statements of the application that match the pattern (of `ilike`) wait for a lock. */
export async function countWaiting(url: string, pattern: string): Promise<number> {
  const rows = await query(
    url,
    `select 1 from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query ilike $1`,
    [pattern],
  );
  return rows.length;
}

/** Makes PostgreSQL refuse to insert or update rows of a table until the test is over. */
export async function refuse(url: string, change: 'insert' | 'update', table: string): Promise<void> {
  await query(
    url,
    `create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
     create trigger refuse before ${change} on ${table} for each row execute function refuse()`,
  );
  await hold(undefined, () => query(url, 'drop function refuse cascade'));
}

/** The number of rows in each table, by `schema.table`. */
export async function rowCounts(url: string): Promise<Record<string, number>> {
  const lines = await overTables(url, (table) => `select count(*)::text as line from ${table}`);
  return Object.fromEntries(lines.map(({ table, line }) => [table, Number(line)]));
}

/** Every row of every table as text, like a dump. */
export async function dumpOf(url: string): Promise<string> {
  const lines = await allRows(url);
  const tables = Map.groupBy(lines, ({ table }) => table);
  return [...tables].map(([table, rows]) => [table, ...rows.map(({ line }) => line)].join('\n')).join('\n');
}

/** Every row, of whatever table, that mentions one of these IDs. */
export async function rowsAbout(url: string, ids: readonly string[]): Promise<string[]> {
  const rows = (await dumpOf(url)).split('\n');
  return rows.filter((row) => ids.some((id) => row.includes(id)));
}

/** The tables with a row that has one of these texts in any column. */
export async function tablesAbout(url: string, texts: readonly string[]): Promise<string[]> {
  const found = (await allRows(url)).filter(({ line }) => texts.some((text) => line.includes(text)));
  return [...new Set(found.map(({ table }) => table))];
}

/** Changes whenever anything in the database does. */
export async function fingerprintOf(url: string): Promise<string> {
  return createHash('sha256')
    .update(await dumpOf(url))
    .digest('hex');
}

interface TableLine {
  readonly table: string;
  readonly line: string;
}

/** Every row of every table, as text. */
function allRows(url: string): Promise<TableLine[]> {
  return overTables(url, (table) => `select t::text as line from ${table} t`);
}

/** Runs a query per table, all in one statement. @returns their rows, sorted */
async function overTables(url: string, sql: (table: string) => string): Promise<TableLine[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const queries = tables.rows.map(
      ({ name }) => `select '${name}' as table, line from (${sql(name)}) as lines`,
    );
    return (await client.query<TableLine>(`${queries.join(' union all ')} order by 1, 2`)).rows;
  } finally {
    await client.end();
  }
}

/** Every key in the Redis database with its value, of any type, as text. */
export async function redisDumpOf(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    const lines: string[] = [];
    for await (const keys of redis.scanStream({ count: 1000 }) as AsyncIterable<string[]>) {
      for (const key of keys) {
        lines.push(`${key} ${JSON.stringify(await valueOf(redis, key))}`);
      }
    }
    return lines.join('\n');
  } finally {
    redis.disconnect();
  }
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, 0, -1, 'WITHSCORES');
    case 'hash':
      return redis.hgetall(key);
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      return null; // It has expired in the meantime.
    default:
      throw new Error(`the key ${key} is of the type ${type}, which is not searched yet`);
  }
}
