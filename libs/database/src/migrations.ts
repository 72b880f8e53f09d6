import { Injectable } from '@nestjs/common';
import { MikroORM, type Options } from '@mikro-orm/postgresql';

/** Any constant will do; it names the lock among all advisory locks of the database. */
const MIGRATION_LOCK = 0x6761_7465;

interface LockClient {
  query(sql: string, values: readonly unknown[]): Promise<unknown>;
  release(destroy: boolean): void;
}

/**
 * Applies what is pending in the database that `options` name, on a connection without time limits: a migration may
 * take its time, and so may waiting for another replica's. Replicas that start together queue up at an advisory lock,
 * so each migration runs once.
 * @returns the names of the migrations that were applied
 * @throws Error that says how to mend it when PostgreSQL can't be reached
 */
export async function migrate(options: Options): Promise<string[]> {
  const orm = await MikroORM.init({
    ...options,
    pool: { min: 0, max: 2 },
    driverOptions: { ...options.driverOptions, statement_timeout: 0, query_timeout: 0 },
  });
  try {
    const client = await connect(orm);
    try {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      const applied = await orm.migrator.up();
      return applied.map(({ name }) => name);
    } finally {
      // The lock ends with its connection.
      client.release(true);
    }
  } finally {
    await orm.close();
  }
}

async function connect(orm: MikroORM): Promise<LockClient> {
  try {
    const pool = (await orm.driver.getConnection().getNativeClient()) as { connect(): Promise<LockClient> };
    return await pool.connect();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot reach PostgreSQL: ${reason}. Check DATABASE_URL and that the server is running.`,
      {
        cause: error,
      },
    );
  }
}

@Injectable()
export class Migrations {
  private applied = false;

  constructor(private readonly orm: MikroORM) {}

  /** Whether the schema is as this release needs it. A yes is remembered: an applied migration is never undone. */
  async areApplied(): Promise<boolean> {
    this.applied ||= (await this.orm.migrator.getPending()).length === 0;
    return this.applied;
  }
}
