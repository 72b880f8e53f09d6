import { defineEntity, p } from '@mikro-orm/postgresql';

/**
 * The tables that a service's schema needs to send and to receive messages. Their rows are written and read by the SQL
 * of `OutboxRows` and `Inbox`; the entities keep the migrations' snapshot complete.
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
      /** The data, sealed; null when the consumer has all it needs under the message's id. */
      sealed: p.string().columnType('text').nullable(),
      /** What the message is a part of (W3C Trace Context), if that was traced. */
      traceparent: p.string().columnType('text').nullable(),
      /** How often it was put on its queue. */
      attempts: p.integer().default(0),
      /** When it is put on its queue (again), unless it was confirmed before. */
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
