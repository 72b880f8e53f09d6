import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { Inbox, Outbox } from '#libs/messaging';
import { DeliveryRepository } from './delivery.repository.js';
import { MailMetrics } from '../channels/mail/mail-metrics.js';
import { MAIL_CONSUMER } from './mail-route.js';

const DAY_MS = 86_400_000;
/** Far longer than a message can be on its way. */
const INBOX_DAYS = 30;
const DELIVERY_DAYS = 90;
/** Small enough to hold locks only for a moment. */
const BATCH = 1_000;

/** Ends deliveries whose time is up, and forgets what is old. */
@Injectable()
export class PurgeNotificationsService {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveryRepository,
    private readonly inbox: Inbox,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly metrics: MailMetrics,
  ) {}

  /** Stops between batches when `signal` fires. */
  async purge(signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    const expired = await this.inBatches(signal, (em) => this.expire(em, now));
    this.metrics.expired(expired);
    await this.inBatches(signal, (em) => this.deliveries.eraseFailed(em, now, BATCH));
    await this.inBatches(signal, (em) =>
      this.deliveries.purgeFinal(em, daysBefore(now, DELIVERY_DAYS), BATCH),
    );
    await this.inBatches(signal, (em) => this.inbox.purge(em, daysBefore(now, INBOX_DAYS), BATCH));
  }

  private async expire(em: EntityManager, now: Date): Promise<number> {
    const overdue = await this.deliveries.overdue(em, now, BATCH);
    for (const id of overdue) {
      await this.deliveries.finish(em, id, 'expired', null, now);
      await this.outbox.settle(em, id, MAIL_CONSUMER);
    }
    return overdue.length;
  }

  /** @returns how many it did in all */
  private async inBatches(
    signal: AbortSignal,
    work: (em: EntityManager) => Promise<number>,
  ): Promise<number> {
    let total = 0;
    let done = BATCH;
    while (done === BATCH && !signal.aborted) {
      done = await this.database.write(work);
      total += done;
    }
    return total;
  }
}

function daysBefore(instant: Date, days: number): Date {
  return new Date(instant.getTime() - days * DAY_MS);
}
