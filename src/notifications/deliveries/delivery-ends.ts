import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { notificationDeliveredEvent, notificationFailedEvent } from '#libs/contracts';
import { Outbox } from '#libs/messaging';
import type { SendAttempt } from '../channels/index.js';
import { WebhookEvents } from '../webhooks/index.js';
import type { Feedback, FinalState } from './delivery.entity.js';
import { type EndedDelivery, finishDelivery, storeFeedback } from './delivery.repository.js';
import { closeDigest, findItemsOf } from './digest-item.repository.js';
import { digestTask, taskOf } from './delivery-tasks.js';

/** Ends deliveries, and lets webhooks know. */
@Injectable()
export class DeliveryEnds {
  constructor(
    private readonly outbox: Outbox,
    private readonly events: WebhookEvents,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /**
   * Ends a delivery and settles its task in the caller's transaction, so that it isn't enqueued again. What a digest
   * consists of ends with it.
   * @param reason why it failed
   * @param tried the attempt that ended it, if there was one
   */
  async end(
    em: EntityManager,
    id: string,
    state: FinalState,
    reason: string | null,
    tried: readonly SendAttempt[] = [],
  ): Promise<void> {
    const occurredAt = this.clock.now();
    const ended = await finishDelivery(em, id, state, reason, occurredAt, tried);
    if (!ended) {
      return;
    }
    const task = taskOf(ended.task);
    await this.outbox.settle(em, task, id);
    if (task === digestTask) {
      await closeDigest(em, id);
      for (const item of await findItemsOf(em, id)) {
        await this.end(em, item.id, state, reason, tried);
      }
    } else {
      await this.publish(
        em,
        state === 'sent' ? notificationDeliveredEvent : notificationFailedEvent,
        ended,
        reason,
      );
    }
  }

  /** Stores what was said about an email after it was sent. A bounce means that it failed after all. */
  async hear(em: EntityManager, id: string, feedback: Feedback, reason: string | null): Promise<void> {
    const about = await storeFeedback(em, id, feedback, reason);
    if (about && feedback === 'bounced') {
      await this.publish(em, notificationFailedEvent, about, reason);
    }
  }

  private async publish(
    em: EntityManager,
    event: typeof notificationFailedEvent,
    { userId: subject, notificationId, template, channel }: EndedDelivery,
    reason: string | null,
  ): Promise<void> {
    const occurredAt = this.clock.now();
    const data = { notificationId, template, channel, reason };
    await this.events.publish(em, event, { id: this.ids.next(occurredAt), occurredAt, subject, data });
  }
}
