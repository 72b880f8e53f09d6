import { defineEntity, p } from '@mikro-orm/postgresql';
import { Webhook } from './webhook.entity.js';

/** `held` waits until its webhook goes on. `delivered` and `failed` are final, unless someone replays it. */
export const DELIVERY_STATES = ['pending', 'sending', 'held', 'delivered', 'failed'] as const;
export type WebhookDeliveryState = (typeof DELIVERY_STATES)[number];

/** An attempt to deliver. */
export interface DeliveryAttempt {
  /** RFC 3339. */
  readonly at: string;
  readonly durationMs: number;
  /** Null if there was no answer. */
  readonly status: number | null;
  /** Null if there was an answer. */
  readonly error: string | null;
}

const schema = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_deliveries',
  schema: 'notifications',
  indexes: [
    { name: 'webhook_deliveries_webhook_index', properties: ['webhook', 'id'] },
    { name: 'webhook_deliveries_state_index', properties: ['webhook', 'state', 'id'] },
    {
      name: 'webhook_deliveries_order_index',
      expression:
        "create index webhook_deliveries_order_index on notifications.webhook_deliveries (webhook_id, subject, event_id) where in_order and state in ('pending', 'sending', 'held')",
    },
    {
      name: 'webhook_deliveries_sending_index',
      expression:
        "create index webhook_deliveries_sending_index on notifications.webhook_deliveries (webhook_id, subject) where in_order and state = 'sending'",
    },
  ],
  uniques: [{ name: 'webhook_deliveries_webhook_id_event_id_unique', properties: ['webhook', 'eventId'] }],
  properties: {
    id: p.uuid().primary(),
    webhook: () => p.manyToOne(Webhook).mapToPk().deleteRule('cascade').index(false),
    eventId: p.uuid(),
    type: p.text(),
    subject: p.uuid(),
    /** The bytes to send, in every attempt the same. Not sealed: events have no personal data. */
    body: p.text(),
    /** Whether it waits for earlier events about the same subject, which have a lower `eventId`. */
    inOrder: p.boolean().default(false),
    state: p.enum(DELIVERY_STATES).default('pending'),
    /** Identifies the run. A run whose claim was taken over must no longer change the row. */
    claims: p.integer().default(0),
    triesLeft: p.integer(),
    /** Once it's in the past, the run has died. */
    claimedUntil: p.datetime().columnType('timestamptz(3)').nullable(),
    /** The latest ones, oldest first. */
    attempts: p.json<DeliveryAttempt[]>().default([]),
    createdAt: p.datetime().columnType('timestamptz(3)').index('webhook_deliveries_created_at_index'),
    endedAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/** An event on its way to a webhook. */
export class WebhookDelivery extends schema.class {}
schema.setClass(WebhookDelivery);
