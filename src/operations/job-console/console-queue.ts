import { BullAdapter } from '@bull-board/api/bullAdapter';
import type { Job, Queue } from 'bull';
import { type DeadLetters, NotADeadLetterError } from '#libs/dead-letters';
import { primariesOf, type RedisConnection } from '#libs/redis';
import { isNotDelayed } from './not-delayed.js';

const REDACTED = '[redacted]';
const PROMOTED_AT_ONCE = 100;

/**
 * A queue in the console. Redacts payloads, and a retry gives a dead letter all of its attempts again. Never reads all jobs
 * of a queue, of which there may be a million.
 */
export class ConsoleQueue extends BullAdapter {
  constructor(
    queue: Queue,
    visibleFields: readonly string[],
    private readonly deadLetters: DeadLetters,
    private readonly redis: RedisConnection,
  ) {
    super(queue);
    this.setFormatter('data', (payload: unknown) => redact(payload, visibleFields));
    this.setFormatter('returnValue', (value: unknown) => (value === null ? null : REDACTED));
  }

  /** In a cluster, of the first node, so that the numbers don't jump. */
  override async getRedisInfo(): Promise<string> {
    const [server] = primariesOf(this.redis);
    return (await server?.info()) ?? '';
  }

  /** In a cluster, workers are connected to the node that has their queue. */
  override async getWorkers(): ReturnType<BullAdapter['getWorkers']> {
    const lists = await Promise.all(primariesOf(this.redis).map((server) => server.client('LIST')));
    // Bull's type has one array too many.
    const clients = this.queue.parseClientList(lists.join('\n')) as unknown as Record<string, string>[];
    return this.normalizeWorkers(clients);
  }

  override async getJob(id: string): Promise<Job | undefined | null> {
    const job = await super.getJob(id);
    return job && this.present(job, (id) => this.deadLetters.revive(this.getName(), id));
  }

  override async getJobs(...range: Parameters<BullAdapter['getJobs']>): Promise<Job[]> {
    const jobs = await super.getJobs(...range);
    // For "retry all": a job that someone else has just revived must not keep the others from being revived.
    return jobs.map((job) => this.present(job, (id) => this.reviveIfThere(id)));
  }

  /** In small batches. Jobs that are delayed meanwhile stay delayed. */
  override async promoteAll(): Promise<void> {
    const { delayed = 0 } = await this.getJobCounts();
    for (let promoted = 0; promoted < delayed; promoted += PROMOTED_AT_ONCE) {
      const jobs = await super.getJobs(['delayed'], 0, Math.min(PROMOTED_AT_ONCE, delayed - promoted) - 1);
      await Promise.all(jobs.map(promoteIfDelayed));
    }
  }

  private present(job: Job, revive: (id: string) => Promise<void>): Job {
    // bull-board adds one for the next attempt, but a finished job has none.
    job.attemptsMade -= job.finishedOn ? 1 : 0;
    job.retry = () => revive(String(job.id));
    // Bull reads the whole list to find a job in it, while Redis does nothing else. Its state asks for these last, so a job
    // that is in neither of the short ones waits.
    job.isWaiting = async () => !(await this.isPaused());
    job.isPaused = () => Promise.resolve(true);
    return job;
  }

  private async reviveIfThere(id: string): Promise<void> {
    try {
      await this.deadLetters.revive(this.getName(), id);
    } catch (error) {
      if (!(error instanceof NotADeadLetterError)) {
        throw error;
      }
    }
  }
}

/** Someone else, or its time, may have been faster. */
async function promoteIfDelayed(job: Job): Promise<void> {
  try {
    await job.promote();
  } catch (error) {
    if (!isNotDelayed(error)) {
      throw error;
    }
  }
}

/** Keeps all field names, so that people see what there is, but only the values that operators may see. */
function redact(payload: unknown, visibleFields: readonly string[]): unknown {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return REDACTED;
  }
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name, visibleFields.includes(name) ? value : REDACTED]),
  );
}
