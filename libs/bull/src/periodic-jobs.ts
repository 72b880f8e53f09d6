import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { type Job, JobQueue, toLoggableError } from '#libs/jobs';

const MINUTE_MS = 60_000;

/**
 * Enqueues periodic jobs. A job's ID is its period, so replicas don't enqueue it twice. Every replica enqueues the
 * current one every minute, so a Redis that has lost its data gets it back within a minute.
 */
@Injectable()
export class PeriodicJobs {
  private readonly logger = new Logger(PeriodicJobs.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly jobs: JobQueue,
    private readonly clock: Clock,
  ) {}

  start(jobs: readonly Job[]): void {
    const periodic = jobs.flatMap((job) =>
      job.everyMinutes === undefined ? [] : [{ job, periodMs: job.everyMinutes * MINUTE_MS }],
    );
    if (periodic.length === 0) {
      return;
    }
    const enqueueAll = (): void => {
      for (const { job, periodMs } of periodic) {
        void this.enqueue(job, periodMs);
      }
    };
    enqueueAll();
    this.timer = setInterval(enqueueAll, MINUTE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async enqueue(job: Job, periodMs: number): Promise<void> {
    const period = Math.floor(this.clock.millis() / periodMs);
    const startsAt = new Date(period * periodMs).toISOString();
    try {
      await this.jobs.enqueue<object>(job, { startsAt }, { jobId: `${job.name}:${String(period)}` });
    } catch (error) {
      if (!this.jobs.isReady) {
        return; // The connections have logged why, and it tries again in a minute.
      }
      this.logger.warn(
        `the job "${job.name}" could not be enqueued; retrying in a minute: ${toLoggableError(error).message}`,
      );
    }
  }
}
