import { BullModule, getQueueToken } from '@nestjs/bull';
import { type DynamicModule, type FactoryProvider, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Queue, QueueOptions } from 'bull';
import { backoffDelay } from './backoff.js';
import { type JobDefinition, type JobTable, PostponeJobError } from '#libs/jobs';
import { DeadLetters } from './dead-letters.js';
import { JobQueue } from './job-queue.js';
import { QueueConnections } from './queue-connections.js';
import { QueueMetrics } from './queue-metrics.js';
import { Queues } from './queues.js';
import { DECLARED_BACKOFF, JOB_TABLE } from './tokens.js';

export interface QueueModuleOptions {
  readonly redisUrl: string;
  /** In front of all keys, so that installations can share a Redis. */
  readonly keyPrefix?: string;
}

interface QueueModuleAsyncOptions extends Pick<FactoryProvider<QueueModuleOptions>, 'inject' | 'useFactory'> {
  readonly jobs: JobTable;
}

const OPTIONS = Symbol('QueueModuleOptions');

/** The Bull queues of a job table. Needs a `Registry` of prom-client and the `ClockModule`, both global. */
@Module({})
export class QueueModule implements OnApplicationShutdown {
  constructor(private readonly queues: Queues) {}

  static forRootAsync({ jobs, ...options }: QueueModuleAsyncOptions): DynamicModule {
    const names = Object.keys(jobs);
    const connections: DynamicModule = {
      module: QueueConnectionsModule,
      global: true,
      providers: [
        { provide: OPTIONS, ...options },
        {
          provide: QueueConnections,
          inject: [OPTIONS],
          useFactory: ({ redisUrl }: QueueModuleOptions) => new QueueConnections(redisUrl),
        },
      ],
      exports: [OPTIONS, QueueConnections],
    };
    return {
      module: QueueModule,
      global: true,
      imports: [
        connections,
        BullModule.registerQueueAsync(
          ...names.map((name) => ({
            name,
            inject: [OPTIONS, QueueConnections],
            useFactory: (root: QueueModuleOptions, redis: QueueConnections) =>
              bullOptions(jobs[name] as JobDefinition, root, redis),
          })),
        ),
      ],
      providers: [
        { provide: JOB_TABLE, useValue: jobs },
        {
          provide: Queues,
          inject: [QueueConnections, ...names.map((name) => getQueueToken(name))],
          useFactory: (redis: QueueConnections, ...queues: Queue[]) => new Queues(queues, redis),
        },
        JobQueue,
        DeadLetters,
        QueueMetrics,
      ],
      exports: [JOB_TABLE, Queues, JobQueue, DeadLetters, QueueMetrics],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queues.close();
  }
}

@Module({})
class QueueConnectionsModule {}

function bullOptions(job: JobDefinition, root: QueueModuleOptions, redis: QueueConnections): QueueOptions {
  return {
    createClient: (type) => redis.provide(type),
    ...(root.keyPrefix === undefined ? {} : { prefix: root.keyPrefix }),
    settings: {
      lockDuration: job.stalled.lockMs,
      stalledInterval: job.stalled.checkEveryMs,
      maxStalledCount: job.stalled.maxCount,
      backoffStrategies: {
        // Read from the table at the time of the failure, so that jobs put by an older release follow it too.
        [DECLARED_BACKOFF]: (attemptsMade: number, error: Error) =>
          error instanceof PostponeJobError
            ? Math.max(1, error.delayMs)
            : backoffDelay(job.backoff, attemptsMade, Math.random()),
      },
    },
  };
}
