import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { storable } from './job-errors.js';
import { JobQueue } from './job-queue.js';
import type { JobTable } from './job-table.js';

const MINUTE_MS = 60_000;

/**
 * Puts periodic jobs. The id of a job is its period, so that replicas don't put it twice, and since everyone puts the
 * current one again and again, a Redis that lost everything has it back within a minute.
 */
@Injectable()
export class PeriodicJobs {
  private readonly logger = new Logger(PeriodicJobs.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly jobs: JobQueue,
    private readonly clock: Clock,
  ) {}

  start(table: JobTable, names: Iterable<string>): void {
    const periodic = [...names].flatMap((name) => {
      const everyMinutes = table[name]?.periodic?.everyMinutes;
      return everyMinutes === undefined ? [] : [{ name, periodMs: everyMinutes * MINUTE_MS }];
    });
    if (periodic.length === 0) {
      return;
    }
    const putAll = (): void => {
      for (const { name, periodMs } of periodic) {
        void this.put(name, periodMs);
      }
    };
    putAll();
    this.timer = setInterval(putAll, MINUTE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async put(name: string, periodMs: number): Promise<void> {
    const period = Math.floor(this.clock.millis() / periodMs);
    const startsAt = new Date(period * periodMs).toISOString();
    try {
      await this.jobs.enqueue(name, { startsAt }, { jobId: `${name}:${String(period)}` });
    } catch (error) {
      this.logger.warn(
        `the job "${name}" could not be enqueued; retrying in a minute: ${storable(error).message}`,
      );
    }
  }
}
