import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import type { EventType } from '#libs/contracts';
import { type Cause, Outbox } from '#libs/messaging';
import { WEBHOOK_TRIES, webhookTask } from './deliver-webhook.job.js';
import { keepSubscribed, type Subscribed } from './webhook.repository.js';
import { insertDelivery } from './webhook-delivery.repository.js';

/**
 * How long the first attempt waits if it's to be in order. Events are received concurrently, so one can overtake another,
 * or be received at the second attempt.
 */
const ORDERED_AFTER_MS = 2_000;

/** Something that happened. */
interface Happening<D extends object> {
  /** The same for every webhook, and in every attempt. */
  readonly id: string;
  readonly occurredAt: Date;
  readonly subject: string;
  readonly data: D;
  /** By default, what is going on when it's published. */
  readonly cause?: Cause;
}

/** Delivers events to the webhooks that want them. */
@Injectable()
export class WebhookEvents {
  constructor(
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** Creates a delivery, and the task to send it, for each webhook that wants the event, in the caller's transaction. */
  publish<D extends object>(em: EntityManager, event: EventType<D>, happening: Happening<D>): Promise<void> {
    return this.publishAll(em, event, [happening]);
  }

  /** Like `publish`, for what happened at once. */
  async publishAll<D extends object>(
    em: EntityManager,
    event: EventType<D>,
    happenings: readonly Happening<D>[],
  ): Promise<void> {
    const webhooks = happenings.length > 0 ? await keepSubscribed(em, event.type) : [];
    for (const happening of webhooks.length > 0 ? happenings : []) {
      await this.deliver(em, event, happening, webhooks);
    }
  }

  private async deliver<D extends object>(
    em: EntityManager,
    { type, version }: EventType<D>,
    { id: eventId, occurredAt, subject, data, cause }: Happening<D>,
    webhooks: readonly Subscribed[],
  ): Promise<void> {
    const body = JSON.stringify({ id: eventId, type, version, occurredAt, subject, data });
    for (const { id: webhookId, ordering } of webhooks) {
      const id = this.ids.next();
      const now = this.clock.now();
      const inOrder = ordering === 'subject';
      const delivery = { id, webhookId, eventId, type, subject, body, triesLeft: WEBHOOK_TRIES, inOrder };
      if (await insertDelivery(em, delivery, now)) {
        const dueAt = new Date(now.getTime() + ORDERED_AFTER_MS);
        const about = { subject, ...(inOrder && { dueAt }), ...(cause && { cause }) };
        await this.outbox.appendTasks(em, [this.outbox.prepareTask(webhookTask, id, about)]);
      }
    }
  }
}
