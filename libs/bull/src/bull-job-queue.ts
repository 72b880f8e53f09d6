import { Injectable } from '@nestjs/common';
import type { JobOptions } from 'bull';
import { type EnqueueOptions, type Job, JobQueue, parsePayload, type Retention } from '#libs/jobs';
import { sendInContext } from './job-context.js';
import { Queues } from './queues.js';
import { DECLARED_BACKOFF } from './tokens.js';

/**
 * If Redis loses its data after a worker has fetched a job ID, the worker creates a job without data: Bull marks it as
 * started without checking, fails, and keeps it. This remnant would block a job with the same ID forever.
 */
const DROP_REMNANT = `
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HEXISTS', KEYS[1], 'data') == 0 then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
end`;

/** `JobQueue` on Bull. Each job has a queue of the same name in Redis. */
@Injectable()
export class BullJobQueue extends JobQueue {
  constructor(private readonly queues: Queues) {
    super();
  }

  override get isReady(): boolean {
    return this.queues.connections.isReady;
  }

  override async enqueue<P extends object>(
    job: Job<P>,
    payload: P,
    options: EnqueueOptions = {},
  ): Promise<string> {
    const { name } = job;
    const queue = this.queues.get(name);
    parsePayload(job.payload, payload);
    await this.queues.connections.ready();
    return sendInContext(name, async (context) => {
      if (options.jobId !== undefined) {
        const keys = [options.jobId, 'failed'].map((suffix) => queue.toKey(suffix));
        await queue.client.eval(DROP_REMNANT, keys.length, ...keys, options.jobId);
      }
      const added = await queue.add(name, payload, { ...bullOptions(job, options), ...context });
      return String(added.id);
    });
  }
}

function bullOptions<P extends object>(job: Job<P>, { jobId }: EnqueueOptions): JobOptions {
  return {
    attempts: job.attempts,
    backoff: { type: DECLARED_BACKOFF },
    removeOnComplete: job.keepCompleted === undefined ? true : keep(job.keepCompleted),
    removeOnFail: keep(job.keepFailed),
    stackTraceLimit: 1,
    ...(jobId === undefined ? {} : { jobId }),
  };
}

function keep({ ageSeconds, count }: Retention): { age: number; count: number } {
  return { age: ageSeconds, count };
}
