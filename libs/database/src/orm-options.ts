import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, type Options } from '@mikro-orm/postgresql';
import { careFor } from './pool-care.js';
import { Driver } from './driver.js';
import { PooledClient } from './pooled-client.js';
import type { Entity, Schema } from './schema.js';

/** How long a request waits for a free connection before it fails with `unavailable`. */
const POOL_TIMEOUT_MS = 2000;
/**
 * None of our statements takes this long. One that does blocks a connection that others are waiting for, or its server
 * is frozen or gone. Counted here and not by PostgreSQL, whose `statement_timeout` belongs to a session, and poolers
 * share those.
 */
const STATEMENT_TIMEOUT_MS = 8_000;

export interface ConnectionOptions {
  /** The PostgreSQL URL of a schema. */
  readonly urlOf: (schema: string) => string;
  /** Maximum number of connections per URL. */
  readonly poolSize: number;
  /** Whether to apply pending migrations before anything else uses the database. */
  readonly migrateOnStart: boolean;
  /** Schemas of other services, without whose database the process starts and stays ready: most of what it does works. */
  readonly optionalSchemas?: readonly string[];
}

export function ormOptions({
  url,
  poolSize,
  entities,
}: {
  readonly url: string;
  readonly poolSize: number;
  readonly entities: readonly Entity[];
}): Options {
  return defineConfig({
    driver: Driver,
    clientUrl: url,
    entities: [...entities],
    discovery: { warnWhenNoEntities: false },
    pool: { min: 0, max: poolSize },
    driverOptions: {
      // The whole URL, so that pg respects `sslmode` and libpq's other parameters.
      connectionString: url,
      connectionTimeoutMillis: POOL_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'gatehouse',
      Client: PooledClient,
      onPoolCreated: careFor,
    },
    // Callers log what matters in context, and the ORM's log lines have another format.
    logger: () => undefined,
    ignoreUndefinedInQuery: true,
    allowGlobalContext: false,
  });
}

/** Options for a short-lived ORM that applies the migrations of one schema. They may take as long as they need. */
export function migratorOptions(url: string, schema: Schema): Options {
  const options = ormOptions({ url, poolSize: 2, entities: [] });
  return {
    ...options,
    extensions: [Migrator],
    migrations: {
      migrationsList: schema.migrations,
      path: 'migrations',
      // A test compares the entities with a migrated database instead. Unlike a snapshot, that can't get out of date.
      snapshot: false,
      schema: schema.name,
      tableName: 'migration',
    },
    driverOptions: { ...options.driverOptions, query_timeout: 0 },
  };
}
