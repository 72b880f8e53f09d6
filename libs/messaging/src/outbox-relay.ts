import { Logger } from '@nestjs/common';
import type { Database } from '#libs/database';
import type { JobQueue } from '#libs/jobs';
import { inBackground, Outage } from '#libs/lifecycle';
import { type LogContext, reasonOf, runInLogContext, traced } from '#libs/telemetry';
import type { Service } from './define-service.js';
import { routeOf } from './outbox-route.js';
import type { OutboxRow, OutboxRows } from './outbox-rows.js';
import type { OutboxSignal } from './outbox-signal.js';

const BATCH = 100;
const POLL_MS = 250;
/** How long to wait after PostgreSQL or Redis has failed. */
const RETRY_MS = 1_000;

/**
 * Enqueues the rows of an outbox for their consumers, repeatedly until they are settled. Any number of relays can run
 * concurrently, because each takes different rows.
 */
export class OutboxRelay {
  private loop: Promise<void> = Promise.resolve();
  private stopped = false;
  private endPause: () => void = () => undefined;
  private isTriggered = false;
  private readonly outage: Outage;

  constructor(
    private readonly service: Service,
    private readonly rows: OutboxRows,
    private readonly database: Database,
    private readonly jobs: JobQueue,
  ) {
    const logger = new Logger(`OutboxRelay(${service.name})`);
    this.outage = new Outage({
      began: (error) => logger.warn(`messages cannot be enqueued and stay in the outbox: ${reasonOf(error)}`),
      ended: () => logger.log('messages are being enqueued again'),
    });
  }

  start(signal: OutboxSignal): void {
    signal.onCommit(() => {
      this.triggerNow();
    });
    this.loop = inBackground(() => this.run());
  }

  /** Resolves when the current batch is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.triggerNow();
    await this.loop;
  }

  private triggerNow(): void {
    this.isTriggered = true;
    this.endPause();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.isTriggered = false;
      const pauseMs = await this.relayOnce();
      if (pauseMs > 0 && !this.stopped) {
        await this.pause(pauseMs);
      }
    }
  }

  /** @returns how long to wait before the next run, in milliseconds */
  private async relayOnce(): Promise<number> {
    // Without Redis there's nothing to do, and taking rows would only bloat the table.
    if (!this.jobs.isReady) {
      return POLL_MS;
    }
    try {
      const rows = await this.database.run((em) => this.rows.take(em, BATCH));
      const failed = await this.enqueue(rows);
      if (failed.length > 0) {
        await this.database.run((em) => this.rows.putBack(em, failed));
        return RETRY_MS;
      }
      if (rows.length > 0) {
        // Without any, Redis may still refuse them: another relay may have taken what this one has put back.
        this.outage.ended();
      }
      return rows.length === BATCH ? 0 : POLL_MS;
    } catch (error) {
      this.outage.began(error);
      return RETRY_MS;
    }
  }

  /** @returns the rows that couldn't be enqueued */
  private async enqueue(rows: readonly OutboxRow[]): Promise<OutboxRow[]> {
    const results = await Promise.allSettled(
      rows.map((row) =>
        runInLogContext(causeOf(row), () =>
          traced(spanOf(row), async () => {
            const { job, payload } = routeOf(row, this.service);
            // The job ID is derived from the row, so enqueueing it again while its job is waiting has no effect.
            await this.jobs.enqueue(job, payload, { jobId: row.messageId });
          }),
        ),
      ),
    );
    return rows.filter((_, index) => {
      const result = results[index];
      if (result?.status !== 'rejected') {
        return false;
      }
      this.outage.began(result.reason);
      return true;
    });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
      // A commit during the last run may have come too late for it.
      if (this.isTriggered) {
        this.endPause();
      }
    });
  }
}

function causeOf({ requestId }: OutboxRow): LogContext {
  return requestId === null ? {} : { requestId };
}

/** A child of the span that wrote the row, even if that was in another process. */
function spanOf({ messageId, type, consumer, traceparent }: OutboxRow) {
  return {
    name: `relay ${type}`,
    kind: 'internal',
    parent: traceparent,
    attributes: {
      'messaging.message.id': messageId,
      'gatehouse.message.type': type,
      'gatehouse.message.consumer': consumer,
    },
  } as const;
}
