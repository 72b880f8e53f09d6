import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule, type Schema } from '#libs/database';
import { idempotencyKeys } from './idempotency-key.entity.js';
import { IdempotencyStore } from './idempotency.store.js';

/** Keys and answers, kept in the schema of the service whose requests they belong to. */
@Module({})
export class IdempotencyModule {
  static forSchema(schema: Schema): DynamicModule {
    const module = modules.get(schema) ?? create(schema);
    modules.set(schema, module);
    return module;
  }
}

/** Nest treats two dynamic modules as one only if they are the same object. */
const modules = new WeakMap<Schema, DynamicModule>();

function create(schema: Schema): DynamicModule {
  return {
    module: IdempotencyModule,
    global: true,
    imports: [DatabaseModule.forFeature(schema, idempotencyKeys(schema.name))],
    providers: [IdempotencyStore],
    exports: [IdempotencyStore],
  };
}
