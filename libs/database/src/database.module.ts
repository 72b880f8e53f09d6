import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Logger } from 'pino';
import { oncePer } from '#libs/lifecycle';
import { PINO } from '#libs/telemetry';
import { Connections } from './connections.js';
import { Database } from './database.js';
import { Migrations } from './migrations.js';
import type { ConnectionOptions } from './orm-options.js';
import { type Entity, loadedSchemas, type Schema } from './schema.js';

export type DatabaseModuleOptions = Omit<ConnectionOptions, 'report'>;

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<DatabaseModuleOptions>()
  .setClassMethodName('forRoot')
  .setExtras({}, (module) => ({ ...module, global: true }))
  .build();

@Module({})
class SchemaModule {}

const moduleFor = oncePer(({ name }: Schema): DynamicModule => ({
  module: SchemaModule,
  providers: [
    {
      provide: Database,
      inject: [Connections],
      useFactory: (connections: Connections) => connections.database(name),
    },
  ],
  exports: [Database],
}));

/** Manages the connections to PostgreSQL. */
@Module({
  providers: [
    {
      provide: Connections,
      inject: [MODULE_OPTIONS_TOKEN, PINO],
      useFactory: (options: DatabaseModuleOptions, logger: Logger) =>
        Connections.open(loadedSchemas(), {
          ...options,
          report: (text) => {
            logger.info(text);
          },
        }),
    },
    Migrations,
  ],
  exports: [Connections, Migrations],
})
export class DatabaseModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(private readonly connections: Connections) {
    super();
  }

  /** Adds a feature's entities to the schema of its service, and provides the service's `Database`. */
  static forFeature(schema: Schema, ...entities: readonly Entity[]): DynamicModule {
    schema.add(entities);
    return moduleFor(schema);
  }

  /** Closes connections in the last hook, because requests and jobs in flight need them until then. */
  async onApplicationShutdown(): Promise<void> {
    await this.connections.close();
  }
}
