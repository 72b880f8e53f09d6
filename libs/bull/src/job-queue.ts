import { Inject, Injectable } from '@nestjs/common';
import type { JobOptions } from 'bull';
import {
  type JobDefinition,
  type JobName,
  type JobPayload,
  type JobTable,
  parsePayload,
  type Retention,
} from '#libs/jobs';
import { traceSend } from './job-trace.js';
import { Queues } from './queues.js';
import { DECLARED_BACKOFF, JOB_TABLE } from './tokens.js';

/**
 * A worker that has taken an id when Redis loses its data makes a job of it without members: Bull marks it as begun without a
 * look, fails at it, and keeps it. Such a remnant would keep a job of the same id away for ever.
 */
const DROP_REMNANT = `
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HEXISTS', KEYS[1], 'data') == 0 then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
end`;

export interface EnqueueOptions {
  /** While a job with this id waits, runs or is kept, putting it again changes nothing. */
  readonly jobId?: string;
  readonly delayMs?: number;
}

/** Where jobs are put. Inject it as `JobQueue<Jobs>`, so that a payload is checked against the job's name. */
@Injectable()
export class JobQueue<T extends JobTable = JobTable> {
  constructor(
    @Inject(JOB_TABLE) private readonly table: JobTable,
    private readonly queues: Queues,
  ) {}

  /** Whether Redis takes jobs at the moment. */
  get isReady(): boolean {
    return this.queues.connections.isReady;
  }

  /**
   * @returns the job's id
   * @throws InvalidPayloadError; Error when Redis does not take it within some seconds
   */
  async enqueue<N extends JobName<T>>(
    name: N,
    payload: JobPayload<T, N>,
    options: EnqueueOptions = {},
  ): Promise<string> {
    const queue = this.queues.get(name);
    const definition = this.table[name] as JobDefinition;
    parsePayload(definition.payload, payload);
    await this.queues.connections.ready();
    return traceSend(name, async (traceOptions) => {
      if (options.jobId !== undefined) {
        const keys = [options.jobId, 'failed'].map((suffix) => queue.toKey(suffix));
        await queue.client.eval(DROP_REMNANT, keys.length, ...keys, options.jobId);
      }
      const job = await queue.add(name, payload, { ...jobOptions(definition, options), ...traceOptions });
      return String(job.id);
    });
  }
}

function jobOptions(definition: JobDefinition, { jobId, delayMs }: EnqueueOptions): JobOptions {
  const { completed, failed } = definition.retention;
  return {
    attempts: definition.attempts,
    backoff: { type: DECLARED_BACKOFF },
    removeOnComplete: completed === 'none' ? true : keep(completed),
    removeOnFail: keep(failed),
    stackTraceLimit: 1,
    ...(jobId === undefined ? {} : { jobId }),
    ...(delayMs === undefined ? {} : { delay: delayMs }),
  };
}

function keep({ ageSeconds, count }: Retention): { age: number; count: number } {
  return { age: ageSeconds, count };
}
