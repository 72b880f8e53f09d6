import { Logger } from '@nestjs/common';
import { MikroORM } from '@mikro-orm/postgresql';
import pLimit, { type LimitFunction } from 'p-limit';
import { within } from '#libs/lifecycle';
import { reasonOf } from '#libs/telemetry';
import { Database } from './database.js';
import { migrate } from './migrate.js';
import { type ConnectionOptions, ormOptions } from './orm-options.js';
import { Probe } from './probe.js';
import type { Schema } from './schema.js';
import { traceStatements } from './trace-statements.js';

/** How long closing waits for running statements. A frozen server must not keep the process alive. */
const CLOSE_TIMEOUT_MS = 10_000;
/** The share of the pool that jobs may take together. */
const BACKGROUND_SHARE = 0.5;

/** Statistics of a connection pool. */
export interface PoolUsage {
  readonly used: number;
  readonly idle: number;
  readonly waiting: number;
  readonly max: number;
}

/** The connections to one URL. */
interface Server {
  /** The names of the schemas there. */
  readonly schemas: readonly string[];
  readonly orm: MikroORM;
  readonly probe: Probe;
  readonly background: LimitFunction;
}

/** The connections of this process: for each URL a pool, shared by the schemas there, and one for probes. */
export class Connections {
  private constructor(
    private readonly servers: ReadonlyMap<string, Server>,
    private readonly urlOf: (schema: string) => string,
    readonly schemas: readonly Schema[],
    private readonly optionalSchemas: readonly string[],
  ) {}

  /** Connects, after applying pending migrations if `migrateOnStart` is set. */
  static async open(schemas: readonly Schema[], options: ConnectionOptions): Promise<Connections> {
    const logger = new Logger('Database');
    const { optionalSchemas = [] } = options;
    const byUrl = Map.groupBy(schemas, ({ name }) => options.urlOf(name));
    const servers = new Map<string, Server>();
    for (const [url, schemasThere] of byUrl) {
      for (const schema of options.migrateOnStart ? schemasThere : []) {
        const migration = migrate(url, schema, { report: (text) => logger.log(text) });
        await (optionalSchemas.includes(schema.name)
          ? migration.catch((error: unknown) => logger.warn(withoutIts(schema.name, error)))
          : migration);
      }
      const entities = schemasThere.flatMap((schema) => schema.entities);
      const isOptional = schemasThere.every(({ name }) => optionalSchemas.includes(name));
      const orm = await MikroORM.init({
        ...ormOptions({ url, poolSize: options.poolSize, entities }),
        // Looks whether the database is there, and so fails if the server isn't.
        ensureDatabase: !isOptional,
      });
      await traceStatements(orm);
      servers.set(url, {
        schemas: schemasThere.map(({ name }) => name),
        orm,
        probe: new Probe({ connectionString: url, application_name: 'gatehouse-probe' }),
        background: pLimit(Math.max(1, Math.floor(options.poolSize * BACKGROUND_SHARE))),
      });
    }
    return new Connections(servers, options.urlOf, schemas, optionalSchemas);
  }

  /** @throws Error if this process hasn't loaded the schema's declaration */
  database(schema: string): Database {
    const { orm, background } = this.server(schema);
    return new Database(schema, orm, background);
  }

  /** Asks over the connection for probes. @throws Error if PostgreSQL doesn't answer within 1.5 seconds */
  ask<T extends object>(schema: string, sql: string): Promise<T[]> {
    return this.server(schema).probe.query<T>(sql);
  }

  /**
   * @returns the schemas that the process can do without, and whose database can't be written to right now
   * @throws Error that says why, if that's so of another one
   */
  async requireWritable(): Promise<readonly string[]> {
    const missing = [...this.servers.values()].map(async ({ probe, schemas }) => {
      try {
        await requireWritable(probe);
        return [];
      } catch (error) {
        if (schemas.every((name) => this.isOptional(name))) {
          return schemas;
        }
        throw error;
      }
    });
    return (await Promise.all(missing)).flat();
  }

  /** Whether the process can do without the schema. */
  isOptional(schema: string): boolean {
    return this.optionalSchemas.includes(schema);
  }

  async pools(): Promise<(() => PoolUsage)[]> {
    return Promise.all(
      [...this.servers.values()].map(async ({ orm, background }) => {
        const pool = (await orm.driver.getConnection().getNativeClient()) as unknown as NativePool;
        return () => ({
          used: pool.totalCount - pool.idleCount,
          idle: pool.idleCount,
          waiting: pool.waitingCount + background.pendingCount,
          max: pool.options.max,
        });
      }),
    );
  }

  async close(): Promise<void> {
    const servers = [...this.servers.values()];
    servers.forEach(({ probe }) => {
      probe.end();
    });
    await within(CLOSE_TIMEOUT_MS, Promise.all(servers.map(({ orm }) => orm.close())));
  }

  private server(schema: string): Server {
    const server = this.servers.get(this.urlOf(schema));
    if (!server) {
      throw new Error(`no connection for the schema "${schema}": declare it with defineSchema`);
    }
    return server;
  }
}

async function requireWritable(probe: Probe): Promise<void> {
  const [row] = await probe
    .query<{ writable: boolean }>(`select current_setting('transaction_read_only') = 'off' as writable`)
    .catch((cause: unknown) => {
      // Anyone may read this, so it has no addresses.
      throw new Error(`PostgreSQL is not responding (${reasonOf(cause)})`, { cause });
    });
  if (!row?.writable) {
    // A session keeps the default that it began with, and a new one may lead to another server.
    probe.close();
    throw new Error('PostgreSQL is read only');
  }
}

function withoutIts(schema: string, error: unknown): string {
  return `starting without the database of ${schema}, whose operations will fail: ${error instanceof Error ? error.message : 'unknown error'}`;
}

/** The part of node-postgres' pool that we read. */
interface NativePool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}
