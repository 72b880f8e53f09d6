import { defineEntity, p } from '@mikro-orm/postgresql';

/** `subject`: events about the same subject are sent one after the other, in their order. */
export const WEBHOOK_ORDERINGS = ['none', 'subject'] as const;
export type WebhookOrdering = (typeof WEBHOOK_ORDERINGS)[number];

const schema = defineEntity({
  name: 'Webhook',
  tableName: 'webhooks',
  schema: 'notifications',
  properties: {
    id: p.uuid().primary(),
    /** The URL and the secrets, sealed for `webhook:<id>`: the path of such a URL is often a secret, too. */
    sealed: p.text(),
    description: p.text().nullable(),
    eventTypes: p.array(),
    enabled: p.boolean(),
    /** When the first of the attempts failed that have all failed since. */
    failingSince: p.datetime().columnType('timestamptz(3)').nullable(),
    /** Nothing but a test is sent since then. */
    pausedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** Whether the latest answer took long. */
    slow: p.boolean().default(false),
    ordering: p.enum(WEBHOOK_ORDERINGS).default('none'),
    createdBy: p.uuid(),
    /** Increases with every change that clients can see. Used as the ETag. */
    version: p.integer().version(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    updatedAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** Where events are delivered to. */
export class Webhook extends schema.class {}
schema.setClass(Webhook);

export const WEBHOOK_STATUSES = ['active', 'paused', 'disabled'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

export function statusOf({ enabled, pausedAt }: Pick<Webhook, 'enabled' | 'pausedAt'>): WebhookStatus {
  if (!enabled) {
    return 'disabled';
  }
  return pausedAt ? 'paused' : 'active';
}
