import { ConfigurableModuleBuilder, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { type Job, JobQueue, loadedJobs } from '#libs/jobs';
import { BullJobQueue } from './bull-job-queue.js';
import { DeadLetters } from './dead-letters.js';
import { QueueConnections } from './queue-connections.js';
import { QueueMetrics } from './queue-metrics.js';
import { Queues } from './queues.js';
import { JOBS } from './tokens.js';

export interface QueueModuleOptions {
  readonly redisUrl: string;
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<QueueModuleOptions>()
  .setClassMethodName('forRoot')
  .setExtras({}, (module) => ({ ...module, global: true }))
  .build();

/** A Bull queue for each job that is declared. Needs a `Registry` of prom-client and the `ClockModule`, both global. */
@Module({
  providers: [
    // Asked for when the process starts: by then every declaration has been loaded.
    { provide: JOBS, useFactory: loadedJobs },
    {
      provide: QueueConnections,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: ({ redisUrl }: QueueModuleOptions) => new QueueConnections(redisUrl),
    },
    {
      provide: Queues,
      inject: [JOBS, QueueConnections, LazyModuleLoader],
      useFactory: (jobs: readonly Job[], connections: QueueConnections, loader: LazyModuleLoader) =>
        Queues.open(jobs, connections, loader),
    },
    { provide: JobQueue, useClass: BullJobQueue },
    DeadLetters,
    QueueMetrics,
  ],
  exports: [JOBS, Queues, JobQueue, DeadLetters, QueueMetrics],
})
export class QueueModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(Queues) private readonly queues: Queues) {
    super();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queues.close();
  }
}
