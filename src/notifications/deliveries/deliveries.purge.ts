import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { notifications } from '#libs/contracts';
import { Database, inBatches } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { type Purge, PurgedBy } from '#libs/purge';
import { MailMetrics } from './mail-metrics.js';
import { deleteFinal, eraseFailed, findOverdue, finishDelivery } from './delivery.repository.js';
import { mailTask } from './send-mail.job.js';

/** How long final deliveries are kept. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;

/** Expires overdue deliveries, erases the data of failed ones, and deletes old ones. */
@PurgedBy(notifications.purge)
export class DeliveriesPurge implements Purge {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly metrics: MailMetrics,
  ) {}

  async purge(signal: AbortSignal): Promise<number> {
    const now = this.clock.now();
    const { database } = this;
    const expired = await inBatches(database, signal, (em, limit) => this.expire(em, now, limit));
    this.metrics.expired(expired);
    await inBatches(database, signal, (em, limit) => eraseFailed(em, now, limit));
    const before = new Date(now.getTime() - KEPT_MS);
    return inBatches(database, signal, (em, limit) => deleteFinal(em, before, limit));
  }

  private async expire(em: EntityManager, now: Date, limit: number): Promise<number> {
    const overdue = await findOverdue(em, now, limit);
    for (const id of overdue) {
      await finishDelivery(em, id, 'expired', null, now);
      await this.outbox.settle(em, mailTask, id);
    }
    return overdue.length;
  }
}
