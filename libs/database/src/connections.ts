import { MikroORM } from '@mikro-orm/postgresql';
import { within } from '#libs/lifecycle';
import { Database } from './database.js';
import { migrate } from './migrate.js';
import { type ConnectionOptions, ormOptions } from './orm-options.js';
import { returnLostClients } from './pool-care.js';
import type { Schema } from './schema.js';
import { traceStatements } from './trace-statements.js';

/** How long closing waits for statements that still run: a frozen server must not keep the process alive. */
const CLOSE_PATIENCE_MS = 10_000;

/** What node-postgres reports about its pool. */
export interface PoolUsage {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

/** The connection pools of this process: one for each URL, shared by the schemas that live there. */
export class Connections {
  private constructor(
    private readonly orms: ReadonlyMap<string, MikroORM>,
    private readonly urlOf: (schema: string) => string,
    readonly schemas: readonly Schema[],
  ) {}

  /** Applies what is pending, if asked to, and connects. */
  static async open(schemas: readonly Schema[], options: ConnectionOptions): Promise<Connections> {
    const byUrl = Map.groupBy(schemas, ({ name }) => options.urlOf(name));
    const orms = new Map<string, MikroORM>();
    for (const [url, residents] of byUrl) {
      if (options.migrateOnStart) {
        await migrate(url, residents);
      }
      const entities = residents.flatMap((schema) => schema.entities);
      const orm = await MikroORM.init(ormOptions({ url, poolSize: options.poolSize, entities }));
      await returnLostClients(orm);
      await traceStatements(orm);
      orms.set(url, orm);
    }
    return new Connections(orms, options.urlOf, schemas);
  }

  /** @throws Error when nothing in this process has declared the schema */
  database(schema: string): Database {
    const orm = this.orms.get(this.urlOf(schema));
    if (!orm) {
      throw new Error(`no connection for the schema "${schema}": declare it with defineSchema`);
    }
    return new Database(schema, orm);
  }

  /** Resolves when every database answers a query. */
  async ping(): Promise<void> {
    await Promise.all([...this.orms.values()].map((orm) => orm.em.fork().execute('select 1')));
  }

  async pools(): Promise<PoolUsage[]> {
    return Promise.all(
      [...this.orms.values()].map(
        async (orm) => (await orm.driver.getConnection().getNativeClient()) as unknown as PoolUsage,
      ),
    );
  }

  async close(): Promise<void> {
    await within(CLOSE_PATIENCE_MS, Promise.all([...this.orms.values()].map((orm) => orm.close())));
  }
}
