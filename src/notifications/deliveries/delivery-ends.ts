import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { notificationDeliveredEvent, notificationFailedEvent } from '#libs/contracts';
import { Outbox } from '#libs/messaging';
import { WebhookEvents } from '../webhooks/index.js';
import type { Feedback } from './delivery.entity.js';
import {
  type DeliveryEnd,
  type EndedDelivery,
  finishDeliveries,
  storeFeedback,
} from './delivery-end.repository.js';
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
   * Ends deliveries and settles their tasks in the caller's transaction, so that they aren't enqueued again. What a
   * digest consists of ends with it. Has no effect on those that have ended before.
   */
  async end(em: EntityManager, ...ends: readonly DeliveryEnd[]): Promise<void> {
    if (ends.length === 0) {
      return;
    }
    const ended = await finishDeliveries(em, ends, this.clock.now());
    await this.outbox.settleAll(
      em,
      ended.map(({ id, task }) => ({ id, task: taskOf(task) })),
    );
    const [digests, others] = partition(ended, ({ task }) => taskOf(task) === digestTask);
    for (const { id } of digests) {
      await closeDigest(em, id);
      const end = endOf(id, ends);
      const items = await findItemsOf(em, id);
      await this.end(em, ...items.map((item) => ({ ...end, id: item.id })));
    }
    await this.announce(
      em,
      others.map((delivery) => ({ ...delivery, ...endOf(delivery.id, ends) })),
    );
  }

  /** Lets webhooks know which deliveries have ended, and how, in the caller's transaction. */
  async announce(em: EntityManager, ended: readonly (EndedDelivery & DeliveryEnd)[]): Promise<void> {
    const [sent, failed] = partition(ended, ({ state }) => state === 'sent');
    await this.publish(em, notificationDeliveredEvent, sent);
    await this.publish(em, notificationFailedEvent, failed);
  }

  /** Stores what was said about an email after it was sent. A bounce means that it failed after all. */
  async hear(em: EntityManager, id: string, feedback: Feedback, reason: string | null): Promise<void> {
    const about = await storeFeedback(em, id, feedback, reason);
    const failed = about.filter(({ task }) => feedback === 'bounced' && taskOf(task) !== digestTask);
    await this.publish(
      em,
      notificationFailedEvent,
      failed.map((delivery) => ({ ...delivery, reason })),
    );
  }

  private async publish(
    em: EntityManager,
    event: typeof notificationFailedEvent,
    ended: readonly (EndedDelivery & Pick<DeliveryEnd, 'reason' | 'cause'>)[],
  ): Promise<void> {
    const occurredAt = this.clock.now();
    await this.events.publishAll(
      em,
      event,
      ended.map(({ userId: subject, notificationId, template, channel, reason, cause }) => {
        const data = { notificationId, template, channel, reason };
        return { id: this.ids.next(occurredAt), occurredAt, subject, data, ...(cause && { cause }) };
      }),
    );
  }
}

function endOf(id: string, ends: readonly DeliveryEnd[]): DeliveryEnd {
  const end = ends.find((each) => each.id === id);
  if (!end) {
    throw new Error(`nothing is known of how ${id} ended`);
  }
  return end;
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
