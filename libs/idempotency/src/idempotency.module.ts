import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule, type Schema } from '#libs/database';
import { oncePer } from '#libs/lifecycle';
import { idempotencyKeys } from './idempotency-key.entity.js';
import { IdempotencyStore } from './idempotency.store.js';

const moduleFor = oncePer((schema: Schema): DynamicModule => ({
  module: IdempotencyModule,
  imports: [DatabaseModule.forFeature(schema, idempotencyKeys(schema.name))],
  providers: [IdempotencyStore],
  exports: [IdempotencyStore],
}));

/**
 * Stores keys and responses in the schema of the service that handles the requests. Imported by each module that has
 * `@Idempotent()` routes.
 */
@Module({})
export class IdempotencyModule {
  static forSchema(schema: Schema): DynamicModule {
    return moduleFor(schema);
  }
}
