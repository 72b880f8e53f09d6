import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { type PageRequest, type Slice, sliceOf } from '#libs/database';
import { type JobFilter, type JobTracker, type TrackedJob, Tracks } from '#libs/jobs';
import { jobIsOver, jobNotFound, jobNotRetryable } from './jobs.errors.js';

/** Finds jobs among those of all features. */
@Injectable()
export class JobsService {
  constructor(private readonly discovery: DiscoveryService) {}

  async find(id: string): Promise<TrackedJob | null> {
    return (await this.locate(id))?.job ?? null;
  }

  /** Newest first. Their IDs are in order of creation, whichever feature they are of. */
  async list(filter: JobFilter, page: PageRequest, withTotal: boolean): Promise<Slice<TrackedJob>> {
    const found = (await Promise.all(this.trackers().map((tracker) => tracker.list(filter, page)))).flat();
    const sign = page.position?.direction === 'before' ? 1 : -1;
    found.sort((one, other) => (one.id < other.id ? -sign : sign));
    const slice = sliceOf(found.slice(0, page.limit + 1), page);
    return withTotal ? { ...slice, total: await this.count(filter) } : slice;
  }

  /** @throws Problem `job-not-found`, `job-is-over` */
  async cancel(id: string): Promise<void> {
    const { tracker } = await this.require(id);
    if (!(await tracker.cancel(id))) {
      throw jobIsOver();
    }
  }

  /** @throws Problem `job-not-found`, `job-not-retryable` */
  async retry(id: string): Promise<TrackedJob> {
    const { tracker } = await this.require(id);
    if (!(await tracker.retry(id))) {
      throw jobNotRetryable();
    }
    return (await this.require(id)).job;
  }

  private async count(filter: JobFilter): Promise<number> {
    const counts = await Promise.all(this.trackers().map((tracker) => tracker.count(filter)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private async require(id: string): Promise<{ tracker: JobTracker; job: TrackedJob }> {
    const located = await this.locate(id);
    if (!located) {
      throw jobNotFound();
    }
    return located;
  }

  private async locate(id: string): Promise<{ tracker: JobTracker; job: TrackedJob } | undefined> {
    const found = await Promise.all(
      this.trackers().map(async (tracker) => ({ tracker, job: await tracker.find(id) })),
    );
    return found.flatMap(({ tracker, job }) => (job ? [{ tracker, job }] : []))[0];
  }

  private trackers(): JobTracker[] {
    return this.discovery
      .getProviders({ metadataKey: Tracks.KEY })
      .filter(({ isAlias }) => !isAlias)
      .map(({ instance }) => instance as JobTracker);
  }
}
