import { defineEntity, p } from '@mikro-orm/postgresql';

/**
 * The outbox and inbox tables of a service's schema. `OutboxRows` and `Inbox` access them with SQL; the entities exist
 * so that a test can compare them with the migrations.
 */
export function outboxEntities(schema: string) {
  const outbox = defineEntity({
    name: `${schema}_outbox`,
    tableName: 'outbox',
    schema,
    properties: {
      messageId: p.uuid().primary(),
      consumer: p.string().columnType('text').primary(),
      type: p.string().columnType('text'),
      subject: p.uuid(),
      occurredAt: p.datetime().columnType('timestamptz(3)'),
      /** The data, sealed. Null for tasks: the consumer only needs the ID. */
      sealed: p.string().columnType('text').nullable(),
      /** The W3C `traceparent` of the span that wrote the message, if it was traced. */
      traceparent: p.string().columnType('text').nullable(),
      /** The request that caused the message. */
      requestId: p.string().columnType('text').nullable(),
      /** How often it was enqueued. */
      attempts: p.integer().default(0),
      /** When it is next enqueued, unless it's settled by then. */
      nextAt: p.datetime().columnType('timestamptz(3)').index('outbox_next_at_index').defaultRaw('now()'),
    },
  });
  const inbox = defineEntity({
    name: `${schema}_inbox`,
    tableName: 'inbox',
    schema,
    properties: {
      messageId: p.uuid().primary(),
      receivedAt: p.datetime().columnType('timestamptz(3)').index('inbox_received_at_index'),
    },
  });
  return [outbox, inbox] as const;
}
