import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { notificationDeliveredEvent, notificationFailedEvent } from '#libs/contracts';
import { Outbox } from '#libs/messaging';
import type { SendAttempt } from '../channels/index.js';
import { WebhookEvents } from '../webhooks/index.js';
import type { FinalState } from './delivery.entity.js';
import { finishDelivery } from './delivery.repository.js';
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
    const { userId: subject, notificationId, template, channel } = ended;
    const task = taskOf(ended.task);
    await this.outbox.settle(em, task, id);
    if (task === digestTask) {
      await closeDigest(em, id);
      for (const item of await findItemsOf(em, id)) {
        await this.end(em, item.id, state, reason, tried);
      }
    } else {
      await this.events.publish(em, state === 'sent' ? notificationDeliveredEvent : notificationFailedEvent, {
        id: this.ids.next(occurredAt),
        occurredAt,
        subject,
        data: { notificationId, template, channel, reason },
      });
    }
  }
}
