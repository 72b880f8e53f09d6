import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { type Job, JobQueue, latestDue, toLoggableError } from '#libs/jobs';

const MINUTE_MS = 60_000;

/** One run of a periodic job. */
interface Turn {
  /** The same in all processes, and never that of another turn. */
  readonly id: string;
  readonly startsAt: Date;
}

/**
 * Enqueues periodic jobs. A job's ID is its turn, so replicas don't enqueue it twice. Every replica enqueues the current
 * one every minute, so a Redis that has lost its data gets it back within a minute. Redis has no schedules, so none is
 * left behind there when a release changes or removes one.
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
    const periodic = jobs.flatMap((job) => {
      const turnAt = turnsOf(job);
      return turnAt ? [{ job, turnAt }] : [];
    });
    if (periodic.length === 0) {
      return;
    }
    const enqueueAll = (): void => {
      for (const { job, turnAt } of periodic) {
        void this.enqueue(job, turnAt(this.clock.now()));
      }
    };
    enqueueAll();
    this.timer = setInterval(enqueueAll, MINUTE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async enqueue(job: Job, { id, startsAt }: Turn): Promise<void> {
    try {
      await this.jobs.enqueue<object>(
        job,
        { startsAt: startsAt.toISOString() },
        { jobId: `${job.name}:${id}` },
      );
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

/** Which turn of a periodic job it is at a time. Undefined for other jobs. */
function turnsOf({ schedule, everyMinutes }: Job): ((now: Date) => Turn) | undefined {
  if (schedule) {
    return (now) => {
      const startsAt = latestDue(schedule, now);
      return { id: startsAt.toISOString(), startsAt };
    };
  }
  if (everyMinutes === undefined) {
    return undefined;
  }
  const periodMs = everyMinutes * MINUTE_MS;
  return (now) => {
    const period = Math.floor(now.getTime() / periodMs);
    return { id: String(period), startsAt: new Date(period * periodMs) };
  };
}
