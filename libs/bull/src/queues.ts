import { BullModule, getQueueToken } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import type { LazyModuleLoader } from '@nestjs/core';
import type { Queue, QueueOptions } from 'bull';
import { queuePrefix } from '#libs/dead-letters';
import { within } from '#libs/lifecycle';
import { type Job, JobInterruptedError, PostponeJobError, toLoggableError } from '#libs/jobs';
import { backoffDelay } from './backoff.js';
import type { QueueConnections } from './queue-connections.js';
import { DECLARED_BACKOFF } from './tokens.js';

const CLOSE_WITHIN_MS = 2_000;
const REPEAT_LOG_AFTER_MS = 60_000;

/** The Bull queues, by job name. */
export class Queues {
  private readonly logger = new Logger('Queue');
  private readonly byName: ReadonlyMap<string, Queue>;
  private readonly lastLogged = new Map<string, number>();

  constructor(
    queues: readonly Queue[],
    readonly connections: QueueConnections,
  ) {
    this.byName = new Map(queues.map((queue) => [queue.name, queue]));
    queues.forEach((queue) => {
      this.patch(queue);
    });
  }

  /**
   * Creates the queues of these jobs. They are registered lazily, because module imports are evaluated before all jobs
   * are known.
   */
  static async open(
    jobs: readonly Job[],
    connections: QueueConnections,
    loader: LazyModuleLoader,
  ): Promise<Queues> {
    const module = await loader.load(() =>
      BullModule.registerQueueAsync(
        ...jobs.map((job) => ({ name: job.name, useFactory: () => queueOptions(job, connections) })),
      ),
    );
    return new Queues(
      jobs.map(({ name }) => module.get<Queue>(getQueueToken(name), { strict: false })),
      connections,
    );
  }

  /** @throws Error if the job isn't declared in this process */
  get(name: string): Queue {
    const queue = this.byName.get(name);
    if (!queue) {
      throw new Error(
        `unknown job "${name}": declare it with defineJob and import the declaration in this process`,
      );
    }
    return queue;
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  entries(): [string, Queue][] {
    return [...this.byName];
  }

  /** Call after all runs have ended. Takes at most two seconds, even if Redis doesn't respond. */
  async close(): Promise<void> {
    await within(
      CLOSE_WITHIN_MS,
      Promise.allSettled([...this.byName.values()].map((queue) => queue.close(true))),
    );
    this.connections.close();
  }

  private patch(queue: Queue): void {
    // @nestjs/bull would close each queue itself, and wait forever if Redis is down.
    Reflect.deleteProperty(queue, 'onApplicationShutdown');
    // Bull doesn't handle this promise. If the connection closed before it was ready, the unhandled rejection would end
    // the process.
    const named = queue as Queue & { setWorkerName(): Promise<void> };
    const setWorkerName = named.setWorkerName.bind(queue);
    named.setWorkerName = () => setWorkerName().catch(() => undefined);
    queue.on('error', (error) => {
      this.report(queue.name, error);
    });
  }

  /** Logs an error of a queue. While Redis is down, the connections log that once for all queues. */
  private report(name: string, error: unknown): void {
    if (!this.connections.isReady || error instanceof JobInterruptedError) {
      return;
    }
    const line = lineFor(name, error);
    const now = Date.now();
    if (now - (this.lastLogged.get(line) ?? 0) > REPEAT_LOG_AFTER_MS) {
      this.lastLogged.set(line, now);
      this.logger.warn(line);
    }
  }
}

/** Failures of ioredis itself, which don't contain values and are the same for all queues. Script errors may. */
const CONNECTION_FAILURE =
  /^(Command timed out|Connection is closed|Stream isn't writeable|Cluster isn't ready|Too many Cluster redirections|CLUSTERDOWN)/;

/** Bull's own errors when a run ends whose lock has expired, or whose job another run has taken or completed. */
const TAKEN_OVER =
  /^(Missing (lock|key) for|Lock mismatch for|Could not release lock for) job |^Job \S+ is not in the \w+ state/;

function lineFor(queue: string, error: unknown): string {
  if (error instanceof Error && CONNECTION_FAILURE.test(error.message)) {
    return `Redis is slow or not responding: ${error.message}`;
  }
  if (error instanceof Error && TAKEN_OVER.test(error.message)) {
    return `queue "${queue}": another process took over a job, because this one didn't reach Redis for too long`;
  }
  return `queue "${queue}": ${toLoggableError(error).message}`;
}

function queueOptions(job: Job, connections: QueueConnections): QueueOptions {
  const prefix = queuePrefix(connections.client, job.name);
  return {
    prefix,
    createClient: (type) => connections.provide(type, `${prefix}:${job.name}:wait`),
    settings: {
      lockDuration: job.stalled.lockMs,
      stalledInterval: job.stalled.checkEveryMs,
      maxStalledCount: job.stalled.maxCount,
      backoffStrategies: {
        // Evaluated when the job fails, so that jobs enqueued by an older release follow it too.
        [DECLARED_BACKOFF]: (attemptsMade: number, error: Error) =>
          error instanceof PostponeJobError
            ? Math.max(1, error.delayMs)
            : backoffDelay(job.backoff, attemptsMade, Math.random()),
      },
    },
  };
}
