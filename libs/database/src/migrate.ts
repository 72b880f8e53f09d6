import { MikroORM } from '@mikro-orm/postgresql';
import { migratorOptions } from './orm-options.js';
import type { Schema } from './schema.js';

/** An arbitrary constant that identifies this advisory lock in the database. */
const MIGRATION_LOCK = 0x6761_7465;
interface LockClient {
  query(sql: string, values: readonly unknown[]): Promise<unknown>;
  release(destroy: boolean): void;
}

/**
 * Applies the pending migrations of the schema at `url`. There's no time limit, because migrations can take long, and
 * so can waiting for those of another replica. Replicas that start together queue for an advisory lock, so each
 * migration runs once.
 * @returns the names of the applied migrations
 * @throws Error explaining what to do, if PostgreSQL can't be reached
 */
export async function migrate(url: string, schema: Schema): Promise<string[]> {
  const orm = await MikroORM.init(migratorOptions(url, schema));
  try {
    return await migrateSchema(orm, schema);
  } finally {
    await orm.close();
  }
}

async function migrateSchema(orm: MikroORM, schema: Schema): Promise<string[]> {
  const client = await connect(orm, schema);
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const applied = await orm.migrator.up();
    return applied.map(({ name }) => `${schema.name}/${name}`);
  } finally {
    // Closing the connection releases the lock.
    client.release(true);
  }
}

async function connect(orm: MikroORM, schema: Schema): Promise<LockClient> {
  try {
    const pool = (await orm.driver.getConnection().getNativeClient()) as { connect(): Promise<LockClient> };
    return await pool.connect();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot reach PostgreSQL for the schema "${schema.name}": ${reason}. Check that the server is running, and its ` +
        'URL: DATABASE_URL, or the variable for a database of its own.',
      { cause: error },
    );
  }
}
