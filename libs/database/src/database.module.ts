import { setTimeout } from 'node:timers/promises';
import { type DynamicModule, type FactoryProvider, Module, type OnApplicationShutdown } from '@nestjs/common';
import { MikroORM, type Options } from '@mikro-orm/postgresql';
import { Database } from './database.js';
import { migrate, Migrations } from './migrations.js';
import { returnLostClients } from './pool-care.js';
import { traceStatements } from './trace-statements.js';

export interface DatabaseOptions {
  readonly orm: Options;
  /** Whether to apply pending migrations before anything else uses the database. */
  readonly migrateOnStart: boolean;
}

/** Closing waits for what still runs; a server that is frozen must not keep the process for ever. */
const CLOSE_PATIENCE_MS = 10_000;
const OPTIONS = Symbol('DatabaseOptions');

/** The connection pool and what stands on it. */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly orm: MikroORM) {}

  static forRootAsync(
    options: Pick<FactoryProvider<DatabaseOptions>, 'inject' | 'useFactory'>,
  ): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        { provide: OPTIONS, ...options },
        {
          provide: MikroORM,
          inject: [OPTIONS],
          useFactory: async ({ orm: ormOptions, migrateOnStart }: DatabaseOptions) => {
            if (migrateOnStart) {
              await migrate(ormOptions);
            }
            const orm = await MikroORM.init(ormOptions);
            await returnLostClients(orm);
            await traceStatements(orm);
            return orm;
          },
        },
        Database,
        Migrations,
      ],
      exports: [MikroORM, Database, Migrations],
    };
  }

  /** Last of all: until here, requests and jobs in flight still need it. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.race([this.orm.close(), setTimeout(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
  }
}
