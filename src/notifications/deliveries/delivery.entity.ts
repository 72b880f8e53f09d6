import { defineEntity, p } from '@mikro-orm/postgresql';

/** `sent`, `failed` and `expired` are final. */
export const DELIVERY_STATES = ['pending', 'sending', 'sent', 'failed', 'expired'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export type FinalState = Exclude<DeliveryState, 'pending' | 'sending'>;

/** One intent to tell a person something, and what became of it. */
export const DeliveryEntity = defineEntity({
  name: 'Delivery',
  tableName: 'deliveries',
  schema: 'notifications',
  indexes: [{ name: 'deliveries_state_expires_at_index', properties: ['state', 'expiresAt'] }],
  properties: {
    /** The id of the command that asked for it: one intent, one row. */
    id: p.uuid().primary(),
    userId: p.uuid(),
    template: p.text(),
    channel: p.text(),
    /**
     * The address and the data of the template, sealed for `delivery:<id>`; erased when the state is final, and of a failure when
     * its time is up, since a person may have mended what was wrong and want it sent.
     */
    sealed: p.text().nullable(),
    state: p.enum(DELIVERY_STATES).default('pending'),
    /** Tells the runs apart: a run whose claim was taken over by a later one must not touch the row any more. */
    attempts: p.integer().default(0),
    /** While a run sends, it renews this; past it, the run has died. */
    claimedUntil: p.datetime().columnType('timestamptz(3)').nullable(),
    /** Message-ID (RFC 5322, section 3.6.4), the same in every attempt, so that a mail sent twice is recognised. */
    messageId: p.text(),
    /** Why the last attempt failed, without a word of the server's that may quote an address. */
    lastError: p.text().nullable(),
    expiresAt: p.datetime().columnType('timestamptz(3)'),
    createdAt: p.datetime().columnType('timestamptz(3)').index('deliveries_created_at_index'),
    sentAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});
