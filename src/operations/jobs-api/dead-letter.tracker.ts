import { Inject, Injectable } from '@nestjs/common';
import { type DeadLetter, DeadLetters, NotADeadLetterError } from '#libs/dead-letters';
import { type JobFilter, JobJournal, type JobPage, loadedJobs, type TrackedJob } from '#libs/jobs';
import { Problem, unavailable } from '#libs/problem';
import { REDIS, type RedisConnection } from '#libs/redis';
import { JobTrackers } from './job-trackers.js';

/** Only these are in order of creation. Periodic jobs have other IDs, and run again anyway. */
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Why a job failed of which all attempts did. */
const GIVEN_UP = 'dead-letter';
const READ_AT_ONCE = 100;

/** Which jobs that failed for good. */
export interface DeadLetterMatch {
  readonly type: string;
  /** What the reason of its last failure contains, ignoring case. */
  readonly reason?: string | undefined;
}

export interface RetriedJobs {
  readonly retried: number;
  /** How many match as well, but were too many at once. */
  readonly remaining: number;
}

interface Address {
  readonly queue: string;
  readonly id: string;
}

/** Shows jobs that failed for good and that no feature tracks, such as emails that a server has refused. */
@Injectable()
export class DeadLetterTracker {
  private readonly deadLetters: DeadLetters;

  constructor(
    @Inject(REDIS) redis: RedisConnection,
    private readonly trackers: JobTrackers,
    private readonly journal: JobJournal,
  ) {
    this.deadLetters = new DeadLetters(redis);
  }

  /** @throws Problem `unavailable` without Redis */
  find(id: string): Promise<TrackedJob | null> {
    return reading(async () => {
      const letter = await this.findIn(this.queues(), id);
      return letter ? toJob(letter) : null;
    });
  }

  /** A job that a feature takes for waiting or active, or that it has failed. Without Redis, what the feature says. */
  async unlessGivenUp(job: TrackedJob): Promise<TrackedJob> {
    if (job.state !== 'waiting' && job.state !== 'active') {
      return job;
    }
    const letter = await this.deadLetters.find(job.type, job.id).catch(() => null);
    return letter ? { ...job, state: 'failed', finishedAt: letter.failedAt, error: GIVEN_UP } : job;
  }

  /** As `JobTracker.list`. @throws Problem `unavailable` without Redis: some jobs must not be taken for all of them */
  list(filter: JobFilter, { limit, position }: JobPage): Promise<TrackedJob[]> {
    const isBefore = position?.direction === 'before';
    return reading(async () => {
      const ahead = (await this.matching(filter)).filter(
        ({ id }) => !position || (isBefore ? id > position.id : id < position.id),
      );
      ahead.sort((one, other) => (one.id < other.id === isBefore ? -1 : 1));
      const page = ahead.slice(0, limit + 1);
      const letters = await Promise.all(page.map(({ queue, id }) => this.deadLetters.find(queue, id)));
      return letters.flatMap((letter) => (letter ? [toJob(letter)] : []));
    });
  }

  /** @throws Problem `unavailable` without Redis */
  async count(filter: JobFilter): Promise<number> {
    return (await reading(() => this.matching(filter))).length;
  }

  /**
   * Lets a job go on with all of its attempts. Also one that a feature tracks.
   * @returns false if it hasn't failed for good
   * @throws Problem `unavailable` without Redis
   */
  retry(id: string): Promise<boolean> {
    return reading(async () => {
      const letter = await this.findIn(allQueues(), id);
      if (!letter) {
        return false;
      }
      await this.journal.retried(id);
      try {
        await this.deadLetters.revive(letter.queue, id);
        return true;
      } catch (error) {
        if (error instanceof NotADeadLetterError) {
          return false;
        }
        throw error;
      }
    });
  }

  /**
   * Lets all jobs go on that match, up to a limit, the oldest first.
   * @throws Problem `unavailable` without Redis
   */
  retryAll({ type, reason = '' }: DeadLetterMatch, limit: number): Promise<RetriedJobs> {
    return reading(async () => {
      const letters = (await this.read(await this.matching({ type }))).filter((letter) =>
        letter.reason.toLowerCase().includes(reason.toLowerCase()),
      );
      letters.sort((one, other) => (one.id < other.id ? -1 : 1));
      const chosen = letters.slice(0, limit);
      let retried = 0;
      for (const { id } of chosen) {
        // Someone else may have been faster.
        retried += (await this.retry(id)) ? 1 : 0;
      }
      return { retried, remaining: letters.length - chosen.length };
    });
  }

  private async read(addresses: readonly Address[]): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (let at = 0; at < addresses.length; at += READ_AT_ONCE) {
      const some = addresses.slice(at, at + READ_AT_ONCE);
      const found = await Promise.all(some.map(({ queue, id }) => this.deadLetters.find(queue, id)));
      letters.push(...found.flatMap((letter) => letter ?? []));
    }
    return letters;
  }

  private async findIn(queues: readonly string[], id: string): Promise<DeadLetter | undefined> {
    const letters = await Promise.all(queues.map((queue) => this.deadLetters.find(queue, id)));
    return letters.find((letter) => letter !== null);
  }

  private async matching({ type, state = 'failed' }: JobFilter): Promise<Address[]> {
    const queues = this.queues().filter((queue) => state === 'failed' && (type ?? queue) === queue);
    const ids = await Promise.all(
      queues.map(async (queue) =>
        (await this.deadLetters.ids(queue)).filter((id) => UUID_V7.test(id)).map((id) => ({ queue, id })),
      ),
    );
    return ids.flat();
  }

  /** Of jobs that no feature tracks. */
  private queues(): string[] {
    const tracked = new Set(this.trackers.all().flatMap(({ types }) => types));
    return allQueues().filter((queue) => !tracked.has(queue));
  }
}

function allQueues(): string[] {
  return loadedJobs().map(({ name }) => name);
}

function toJob({ queue, id, enqueuedAt, failedAt, attempts, reason }: DeadLetter): TrackedJob {
  return {
    id,
    type: queue,
    state: 'failed',
    ownerId: null,
    createdAt: enqueuedAt,
    startsAt: null,
    finishedAt: failedAt,
    attempts,
    progress: null,
    result: { reason },
    error: GIVEN_UP,
  };
}

async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw cause instanceof Problem ? cause : unavailable({ headers: { 'Retry-After': '1' }, cause });
  }
}
