import { Logger } from '@nestjs/common';
import type { Jobs } from '#libs/contracts';
import type { Database } from '#libs/database';
import type { JobQueue } from '#libs/queue';
import { traced } from '#libs/telemetry';
import type { OutboxRow, OutboxRows } from './outbox-rows.js';
import type { OutboxSignal } from './outbox-signal.js';
import type { Route } from './route.js';

const BATCH = 100;
const POLL_MS = 250;
/** How long to leave PostgreSQL or Redis alone after a failure. */
const RETRY_MS = 1_000;

/**
 * Puts the rows of an outbox on the queues of their consumers, and again until they are settled. Any number of relays
 * may run: each takes other rows.
 */
export class OutboxRelay {
  private readonly logger: Logger;
  private loop: Promise<void> = Promise.resolve();
  private stopped = false;
  private wake: () => void = () => undefined;
  private nudged = false;
  private failing = false;

  constructor(
    schema: string,
    private readonly rows: OutboxRows,
    private readonly route: Route,
    private readonly database: Database,
    private readonly jobs: JobQueue<Jobs>,
  ) {
    this.logger = new Logger(`OutboxRelay(${schema})`);
  }

  start(signal: OutboxSignal): void {
    signal.onCommit(() => {
      this.nudge();
    });
    this.loop = this.run();
  }

  /** Resolves when the batch in hand is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.nudge();
    await this.loop;
  }

  private nudge(): void {
    this.nudged = true;
    this.wake();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.nudged = false;
      const pauseMs = await this.relayOnce();
      if (pauseMs > 0 && !this.stopped) {
        await this.pause(pauseMs);
      }
    }
  }

  /** @returns how long to wait before the next look */
  private async relayOnce(): Promise<number> {
    // Without Redis there is nothing to do, and taking rows would only wear the table.
    if (!this.jobs.isReady) {
      return POLL_MS;
    }
    try {
      const taken = await this.database.read((em) => this.rows.take(em, BATCH));
      const failed = await this.put(taken);
      if (failed.length > 0) {
        await this.database.read((em) => this.rows.putBack(em, failed));
        return RETRY_MS;
      }
      this.recovered();
      return taken.length === BATCH ? 0 : POLL_MS;
    } catch (error) {
      this.failed(error);
      return RETRY_MS;
    }
  }

  /** @returns the rows that could not be put */
  private async put(rows: readonly OutboxRow[]): Promise<OutboxRow[]> {
    const results = await Promise.allSettled(
      rows.map((row) =>
        traced(spanOf(row), async () => {
          const { job, payload, jobId } = this.route(row);
          await this.jobs.enqueue(job, payload, { jobId });
        }),
      ),
    );
    return rows.filter((_, index) => {
      const result = results[index];
      if (result?.status !== 'rejected') {
        return false;
      }
      this.failed(result.reason);
      return true;
    });
  }

  /** One line for each outage. The error's text may quote values, so only its kind is told. */
  private failed(error: unknown): void {
    if (!this.failing) {
      this.failing = true;
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const { name, code } = cause as { name?: string; code?: string };
      this.logger.warn(
        `messages cannot be enqueued and stay in the outbox: ${code ?? name ?? 'unknown error'}`,
      );
    }
  }

  private recovered(): void {
    if (this.failing) {
      this.failing = false;
      this.logger.log('messages are being enqueued again');
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      // A commit that was announced while the last look was under way may have been too late for it.
      if (this.nudged) {
        this.wake();
      }
    });
  }
}

/** A part of what wrote the row, in whichever process that was. */
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
