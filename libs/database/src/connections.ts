import { MikroORM } from '@mikro-orm/postgresql';
import { within } from '#libs/lifecycle';
import { Database } from './database.js';
import { migrate } from './migrate.js';
import { type ConnectionOptions, ormOptions } from './orm-options.js';
import { returnLostClients } from './pool-care.js';
import type { Schema } from './schema.js';
import { traceStatements } from './trace-statements.js';

/** How long closing waits for running statements. A frozen server must not keep the process alive. */
const CLOSE_TIMEOUT_MS = 10_000;

/** Statistics of a node-postgres pool. */
export interface PoolUsage {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  readonly options: { readonly max: number };
}

/** The connection pools of this process: one per URL, shared by the schemas at that URL. */
export class Connections {
  private constructor(
    private readonly orms: ReadonlyMap<string, MikroORM>,
    private readonly urlOf: (schema: string) => string,
    readonly schemas: readonly Schema[],
  ) {}

  /** Connects, after applying pending migrations if `migrateOnStart` is set. */
  static async open(schemas: readonly Schema[], options: ConnectionOptions): Promise<Connections> {
    const byUrl = Map.groupBy(schemas, ({ name }) => options.urlOf(name));
    const orms = new Map<string, MikroORM>();
    for (const [url, schemasThere] of byUrl) {
      for (const schema of options.migrateOnStart ? schemasThere : []) {
        await migrate(url, schema);
      }
      const entities = schemasThere.flatMap((schema) => schema.entities);
      const orm = await MikroORM.init(ormOptions({ url, poolSize: options.poolSize, entities }));
      await returnLostClients(orm);
      await traceStatements(orm);
      orms.set(url, orm);
    }
    return new Connections(orms, options.urlOf, schemas);
  }

  /** @throws Error if this process hasn't loaded the schema's declaration */
  database(schema: string): Database {
    const orm = this.orms.get(this.urlOf(schema));
    if (!orm) {
      throw new Error(`no connection for the schema "${schema}": declare it with defineSchema`);
    }
    return new Database(schema, orm);
  }

  /** Resolves when every database has answered a query. */
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
    await within(CLOSE_TIMEOUT_MS, Promise.all([...this.orms.values()].map((orm) => orm.close())));
  }
}
