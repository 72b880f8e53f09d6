import { Database } from '#libs/database';
import { type JobFilter, type JobPage, type JobTracker, type TrackedJob, TracksJobs } from '#libs/jobs';
import type { Broadcast } from './broadcast.entity.js';
import { broadcastNotification } from './broadcast-notification.job.js';
import { countBroadcasts, findBroadcast, findBroadcasts } from './broadcast.repository.js';
import { BroadcastsService } from './broadcasts.service.js';

/** Shows broadcasts as jobs. */
@TracksJobs()
export class BroadcastTracker implements JobTracker {
  readonly types = [broadcastNotification.name];

  constructor(
    private readonly database: Database,
    private readonly broadcasts: BroadcastsService,
  ) {}

  async find(id: string): Promise<TrackedJob | null> {
    const broadcast = await this.database.run((em) => findBroadcast(em, id));
    return broadcast && toJob(broadcast);
  }

  async list(filter: JobFilter, page: JobPage): Promise<TrackedJob[]> {
    return (await this.database.run((em) => findBroadcasts(em, filter, page))).map(toJob);
  }

  count(filter: JobFilter): Promise<number> {
    return this.database.run((em) => countBroadcasts(em, filter));
  }

  cancel(id: string): Promise<boolean> {
    return this.broadcasts.cancel(id);
  }

  /** One that was given up is a dead letter, which is retried as such. */
  retry(): Promise<boolean> {
    return Promise.resolve(false);
  }

  pause(id: string): Promise<boolean> {
    return this.broadcasts.pause(id);
  }

  resume(id: string): Promise<boolean> {
    return this.broadcasts.resume(id);
  }
}

/** Users may have come or gone since they were counted. */
function toJob(broadcast: Broadcast): TrackedJob {
  const { id, state, startedBy, createdAt, sendAt, finishedAt, attempts } = broadcast;
  const { usersTotal, usersDone, notRendered } = broadcast;
  const total = state === 'completed' ? usersDone : Math.max(usersTotal ?? 0, usersDone);
  return {
    id,
    type: broadcastNotification.name,
    state,
    ownerId: startedBy,
    createdAt,
    startsAt: sendAt ?? null,
    finishedAt: state === 'paused' ? null : (finishedAt ?? null),
    attempts,
    progress: typeof usersTotal === 'number' ? { done: usersDone, total } : null,
    result: { notified: usersDone - notRendered, notRendered },
    error: null,
  };
}
