import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { notifications } from '#libs/contracts';
import { Database, inBatches } from '#libs/database';
import { type Purge, PurgedBy } from '#libs/purge';
import { DeliveryEnds } from './delivery-ends.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { digestTask, taskOf } from './delivery-tasks.js';
import { lockRecipient } from '../recipients/index.js';
import { deleteFinal, eraseFailed, findOverdue } from './delivery.repository.js';

/** How long final deliveries, and the notifications that they belong to, are kept. */
export const KEPT_MS = 90 * 24 * 60 * 60 * 1000;

/** Expires overdue deliveries, erases the data of failed ones, and deletes old ones. */
@PurgedBy(notifications.purge)
export class DeliveriesPurge implements Purge {
  constructor(
    private readonly database: Database,
    private readonly ends: DeliveryEnds,
    private readonly clock: Clock,
    private readonly metrics: DeliveryMetrics,
  ) {}

  async purge(signal: AbortSignal): Promise<number> {
    const now = this.clock.now();
    const { database } = this;
    await inBatches(database, signal, (em, limit) => this.expire(em, now, limit));
    await inBatches(database, signal, (em, limit) => eraseFailed(em, now, limit));
    const before = new Date(now.getTime() - KEPT_MS);
    return inBatches(database, signal, (em, limit) => deleteFinal(em, before, limit));
  }

  private async expire(em: EntityManager, now: Date, limit: number): Promise<number> {
    const overdue = await findOverdue(em, now, limit);
    for (const { id, userId, channel, task } of overdue) {
      if (taskOf(task) === digestTask) {
        // It may be open, so another notification may be about to go into it.
        await lockRecipient(em, userId);
      }
      await this.ends.end(em, { id, state: 'expired', reason: null });
      this.metrics.expired(channel);
    }
    return overdue.length;
  }
}
