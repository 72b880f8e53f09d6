import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, type Options } from '@mikro-orm/postgresql';

/** How long a request waits for a free connection before it is told to come back. */
const POOL_PATIENCE_MS = 2000;
/** No statement of ours takes this long; one that does holds a connection that others wait for. */
const STATEMENT_TIMEOUT_MS = 8_000;

interface OrmInputs {
  readonly url: string;
  readonly poolSize: number;
  readonly entities: NonNullable<Options['entities']>;
  readonly migrations: NonNullable<NonNullable<Options['migrations']>['migrationsList']>;
}

export function ormOptions({ url, poolSize, entities, migrations }: OrmInputs): Options {
  return defineConfig({
    clientUrl: url,
    entities,
    extensions: [Migrator],
    metadataProvider: ReflectMetadataProvider,
    migrations: {
      migrationsList: migrations,
      path: 'migrations',
      // A test compares the entities with a migrated database, which no file can be out of step with.
      snapshot: false,
      schema: 'accounts',
      tableName: 'migration',
    },
    pool: { min: 0, max: poolSize },
    driverOptions: {
      // The URL as a whole, so that pg honours `sslmode` and the other parameters of libpq.
      connectionString: url,
      connectionTimeoutMillis: POOL_PATIENCE_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // A server that is frozen keeps no time limit of its own.
      query_timeout: STATEMENT_TIMEOUT_MS + POOL_PATIENCE_MS,
      keepAlive: true,
      application_name: 'gatehouse',
    },
    // What matters is logged by those who know what was tried; the ORM's own lines have another form.
    logger: () => undefined,
    schemaGenerator: { ignoreSchema: ['public'] },
    ignoreUndefinedInQuery: true,
    allowGlobalContext: false,
  });
}
