import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { oncePer } from '#libs/lifecycle';
import { ClockSync } from './clock-sync.js';
import { Connections } from './connections.js';
import { Database } from './database.js';
import { Migrations } from './migrations.js';
import type { ConnectionOptions } from './orm-options.js';
import { type Entity, loadedSchemas, type Schema } from './schema.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<ConnectionOptions>()
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
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: ConnectionOptions) => Connections.open(loadedSchemas(), options),
    },
    Migrations,
    ClockSync,
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
