import { defineEntity, p } from '@mikro-orm/postgresql';

/** Used idempotency keys. Stores keyed hashes instead of keys and bodies. */
export function idempotencyKeys(schema: string) {
  return defineEntity({
    name: `${schema}_idempotency_key`,
    tableName: 'idempotency_keys',
    schema,
    properties: {
      /** Keyed hash of caller, route and key. */
      id: p.text().primary(),
      /** Keyed hash of the body. */
      fingerprint: p.text(),
      /** The response, sealed. Null while the first request is in progress. */
      answer: p.text().nullable(),
      /** How long the first request is considered in progress. */
      lockedUntil: p.datetime().columnType('timestamptz(3)'),
      expiresAt: p.datetime().columnType('timestamptz(3)').index('idempotency_keys_expires_at_index'),
    },
  });
}
