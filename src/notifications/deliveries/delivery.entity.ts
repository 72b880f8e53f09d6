import { defineEntity, p } from '@mikro-orm/postgresql';
import type { ProviderSlot, SendAttempt } from '../channels/index.js';

/**
 * `queued` is the `pending` of what was sent through the API: the release before that knows no such templates, and would
 * refuse it for good. All but `pending`, `queued` and `sending` are final. `suppressed` means that on purpose, nothing was
 * ever attempted, or that the recipient is no longer there to get it.
 */
export const DELIVERY_STATES = [
  'pending',
  'queued',
  'sending',
  'sent',
  'failed',
  'expired',
  'suppressed',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
export type FinalState = Exclude<DeliveryState, 'pending' | 'queued' | 'sending'>;

/** After this, an email that couldn't be sent is too late. */
export const EXPIRES_MS = 3 * 24 * 60 * 60 * 1000;

/** Why a delivery is suppressed: an address that nobody has proved to be theirs may be a stranger's. */
export const NOT_VERIFIED = 'the email address is not verified';

/** Why a delivery is suppressed that someone has stopped. */
export const CANCELED = 'it was canceled';

/** What can be said about an email after it was sent. */
export const FEEDBACK = ['delivered', 'bounced', 'complained'] as const;
export type Feedback = (typeof FEEDBACK)[number];

/** An intent to notify a person on one channel, and its state. */
export const DeliveryEntity = defineEntity({
  name: 'Delivery',
  tableName: 'deliveries',
  schema: 'notifications',
  indexes: [{ name: 'deliveries_state_expires_at_index', properties: ['state', 'expiresAt'] }],
  properties: {
    /** For a command of another service, the ID of the command: one intent, one row. */
    id: p.uuid().primary(),
    /** The notification that someone sent through the API, if it's not about an account. */
    notificationId: p.uuid().nullable(),
    userId: p.uuid().index('deliveries_user_index'),
    template: p.text(),
    channel: p.text(),
    /**
     * The address and the template's data, sealed for `delivery:<id>`. Erased once the state is final, but only on
     * expiry if the delivery failed, because an operator may fix the cause and retry it.
     */
    sealed: p.text().nullable(),
    state: p.enum(DELIVERY_STATES).default('pending'),
    /** Identifies the run. A run whose claim was taken over by a later one must no longer change the row. */
    attempts: p.integer().default(0),
    /** Renewed by the run while it sends. Once it's in the past, the run has died. */
    claimedUntil: p.datetime().columnType('timestamptz(3)').nullable(),
    /** Message-ID (RFC 5322, section 3.6.4), the same in every attempt, so that duplicates can be recognized. */
    messageId: p.text(),
    /** What became of each attempt, oldest first. */
    tries: p.json<SendAttempt[]>().default([]),
    /** Why the last attempt failed. Omits the server's text, which may contain an address. */
    lastError: p.text().nullable(),
    /** What a mail server or provider said about it after it was sent. */
    feedback: p.enum(FEEDBACK).nullable(),
    /** Why it bounced, such as 5.1.1. */
    feedbackReason: p.text().nullable(),
    /** The name of the job that sends it. `send-mail` if it's missing, as in what an earlier release has stored. */
    task: p.text().nullable(),
    /** The last time for which it was put off, such as the end of someone's quiet hours. */
    heldUntil: p.datetime().columnType('timestamptz(3)').nullable(),
    /** Its place among those that wait for the rate of a provider. */
    rateSlot: p.json<ProviderSlot>().nullable(),
    expiresAt: p.datetime().columnType('timestamptz(3)'),
    createdAt: p.datetime().columnType('timestamptz(3)').index('deliveries_created_at_index'),
    sentAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});
