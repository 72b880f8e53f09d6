import { Injectable } from '@nestjs/common';
import { type PageRequest, type Slice, sliceOf } from '#libs/database';
import type { JobCaller, JobFilter, JobTracker, TrackedJob } from '#libs/jobs';
import { DeadLetterTracker } from './dead-letter.tracker.js';
import { JobTrackers } from './job-trackers.js';
import { jobIsOver, jobNotFound, jobNotPausable, jobNotRetryable } from './jobs.errors.js';

/** Finds jobs among those of all features, and those that failed for good. */
@Injectable()
export class JobsService {
  constructor(
    private readonly trackers: JobTrackers,
    private readonly deadLetters: DeadLetterTracker,
  ) {}

  /** @throws Problem `unavailable` if no feature knows the job, and Redis is down */
  async find(id: string): Promise<TrackedJob | null> {
    const located = await this.locate(id);
    return located ? this.deadLetters.unlessGivenUp(located.job) : this.deadLetters.find(id);
  }

  /**
   * Newest first. Their IDs are in order of creation, whichever feature they are of.
   * @throws Problem `unavailable`
   */
  async list(filter: JobFilter, page: PageRequest, withTotal: boolean): Promise<Slice<TrackedJob>> {
    const found = (await Promise.all(this.sources().map((source) => source.list(filter, page)))).flat();
    const sign = page.position?.direction === 'before' ? 1 : -1;
    found.sort((one, other) => (one.id < other.id ? -sign : sign));
    const slice = sliceOf(found.slice(0, page.limit + 1), page);
    return withTotal ? { ...slice, total: await this.count(filter) } : slice;
  }

  /** @throws Problem `job-not-found`, `job-is-over`, `forbidden`, `unavailable` */
  async cancel(id: string, caller: JobCaller): Promise<void> {
    const located = await this.locate(id);
    if (!located && !(await this.deadLetters.find(id))) {
      throw jobNotFound();
    }
    // A dead letter is over. What it's for would only be enqueued again.
    if (!(await located?.tracker.cancel(id, caller))) {
      throw jobIsOver();
    }
  }

  /**
   * Resumes a job that has failed, or that was given up after its last attempt.
   * @throws Problem `job-not-found`, `job-not-retryable`, `unavailable`
   */
  async retry(id: string): Promise<TrackedJob> {
    const located = await this.locate(id);
    const job = located?.job ?? (await this.deadLetters.find(id));
    if (!job) {
      throw jobNotFound();
    }
    if (!(await located?.tracker.retry(id)) && !(await this.deadLetters.retry(id))) {
      throw jobNotRetryable();
    }
    // Nobody tracks what isn't a dead letter any more.
    return (
      (await this.locate(id))?.job ?? {
        ...job,
        state: 'waiting',
        attempts: 0,
        finishedAt: null,
        result: null,
        error: null,
      }
    );
  }

  /** @throws Problem `job-not-found`, `job-not-pausable` */
  pause(id: string): Promise<TrackedJob> {
    return this.change(id, (tracker) => tracker.pause?.(id));
  }

  /** @throws Problem `job-not-found`, `job-not-pausable` */
  async resume(id: string): Promise<TrackedJob> {
    const resumed = await this.change(id, (tracker) => tracker.resume?.(id));
    // One that was given up before would not be enqueued again.
    await this.deadLetters.retry(id).catch(() => false);
    return resumed;
  }

  private async change(
    id: string,
    change: (tracker: JobTracker) => Promise<boolean> | undefined,
  ): Promise<TrackedJob> {
    const located = await this.locate(id);
    if (!located) {
      throw jobNotFound();
    }
    if (!(await change(located.tracker))) {
      throw jobNotPausable();
    }
    return (await located.tracker.find(id)) ?? located.job;
  }

  private async count(filter: JobFilter): Promise<number> {
    const counts = await Promise.all(this.sources().map((source) => source.count(filter)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private async locate(id: string): Promise<{ tracker: JobTracker; job: TrackedJob } | undefined> {
    const found = await Promise.all(
      this.trackers.all().map(async (tracker) => ({ tracker, job: await tracker.find(id) })),
    );
    return found.flatMap(({ tracker, job }) => (job ? [{ tracker, job }] : []))[0];
  }

  private sources(): Pick<JobTracker, 'list' | 'count'>[] {
    return [...this.trackers.all(), this.deadLetters];
  }
}
