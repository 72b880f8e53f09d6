import { Injectable } from '@nestjs/common';
import { MikroORM } from '@mikro-orm/postgresql';

/** Any constant will do; it names the lock among all advisory locks of the database. */
const MIGRATION_LOCK = 0x6761_7465;

interface LockClient {
  query(sql: string, values: readonly unknown[]): Promise<unknown>;
  release(): void;
}

@Injectable()
export class Migrations {
  private applied = false;

  constructor(private readonly orm: MikroORM) {}

  /** Applies what is pending. Replicas that start together queue up at an advisory lock, so each migration runs once. */
  async up(): Promise<string[]> {
    const pool = (await this.orm.driver.getConnection().getNativeClient()) as {
      connect(): Promise<LockClient>;
    };
    const client = await pool.connect();
    try {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      try {
        const done = await this.orm.migrator.up();
        return done.map(({ name }) => name);
      } finally {
        await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      }
    } finally {
      client.release();
    }
  }

  /** Whether the schema is as this release needs it. A yes is remembered: an applied migration is never undone. */
  async areApplied(): Promise<boolean> {
    this.applied ||= (await this.orm.migrator.getPending()).length === 0;
    return this.applied;
  }
}
