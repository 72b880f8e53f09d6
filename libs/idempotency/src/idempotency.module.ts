import { type DynamicModule, Module } from '@nestjs/common';
import { defineExpiringColumn, defineKeyedValue } from '#libs/crypto';
import { DatabaseModule, type Schema } from '#libs/database';
import { oncePer } from '#libs/lifecycle';
import { idempotencyKeys } from './idempotency-key.entity.js';
import { IdempotencyStore, KEPT_MS } from './idempotency.store.js';

const moduleFor = oncePer((schema: Schema): DynamicModule => {
  const table = `${schema.name}.idempotency_keys`;
  defineExpiringColumn(`${table}.answer`, { ring: 'ENCRYPTION_KEYS', expires: 'expires_at', until: 'a day' });
  defineKeyedValue(`idempotency keys of ${schema.name}`, {
    ring: 'ENCRYPTION_KEYS',
    lifetimeMs: KEPT_MS,
    otherwise: 'a request that is sent again is done again',
    columns: [`${table}.id`, `${table}.fingerprint`],
  });
  return {
    module: IdempotencyModule,
    imports: [DatabaseModule.forFeature(schema, idempotencyKeys(schema.name))],
    providers: [IdempotencyStore],
    exports: [IdempotencyStore],
  };
});

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
