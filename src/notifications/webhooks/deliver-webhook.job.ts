import { IsUUID } from 'class-validator';
import { defineJob } from '#libs/jobs';
import { defineTask } from '#libs/messaging';

export class DeliverWebhook {
  @IsUUID() deliveryId!: string;
}

/** How often a delivery is tried, over two days: after 5 seconds, 10, 20 and so on, in the end every 3 to 4 hours. */
export const WEBHOOK_TRIES = 24;

const OPTIONS = {
  payload: DeliverWebhook,
  role: 'notifications',
  visibleFields: ['deliveryId'],
  concurrency: 20,
  timeoutMs: 30_000,
  // More than the tries, which the delivery itself counts: one whose tries are used up isn't a dead letter. It's in the
  // list of the webhook's deliveries.
  attempts: 2 * WEBHOOK_TRIES,
  backoff: { baseMs: 5_000, capMs: 4 * 60 * 60 * 1000, jitter: 0.25 },
} as const;

export const deliverWebhook = defineJob('deliver-webhook', OPTIONS);

/** For webhooks that are failing or slow: they only keep each other waiting. */
export const retryWebhook = defineJob('retry-webhook', OPTIONS);

/** Servers of others may be down for days. */
const FOR_OTHERS = { countsAsBacklog: false };

// Each stays in the outbox until the delivery is over or held, so that none is lost if Redis loses its data.
export const webhookTask = defineTask(deliverWebhook, (deliveryId) => ({ deliveryId }), FOR_OTHERS);
export const webhookRetryTask = defineTask(retryWebhook, (deliveryId) => ({ deliveryId }), FOR_OTHERS);

/** The names of both. */
export const WEBHOOK_TASKS = [webhookTask, webhookRetryTask].map(({ job }) => job.name);
