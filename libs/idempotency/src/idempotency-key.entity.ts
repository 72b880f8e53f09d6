import { defineEntity, p } from '@mikro-orm/postgresql';

/** The uses of `Idempotency-Key`. Holds neither keys nor bodies, only keyed hashes of them. */
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
      /** The answer, sealed; null while the first request still runs. */
      answer: p.text().nullable(),
      /** Until when the first request is considered alive. */
      lockedUntil: p.datetime().columnType('timestamptz(3)'),
      expiresAt: p.datetime().columnType('timestamptz(3)').index('idempotency_keys_expires_at_index'),
    },
  });
}
