import { ConfigurableModuleBuilder, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { DeadLetters } from '#libs/dead-letters';
import { type Job, JobQueue, loadedJobs } from '#libs/jobs';
import type { RedisServers } from '#libs/redis';
import { BullJobQueue } from './bull-job-queue.js';
import { QueueConnections } from './queue-connections.js';
import { QueueDrain } from './queue-drain.js';
import { QueueMetrics } from './queue-metrics.js';
import { Queues } from './queues.js';
import { JOBS } from './tokens.js';

export interface QueueModuleOptions {
  readonly redis: RedisServers;
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<QueueModuleOptions>()
  .setClassMethodName('forRoot')
  .setExtras({}, (module) => ({ ...module, global: true }))
  .build();

/** One Bull queue per declared job. Needs a global prom-client `Registry` and a global `ClockModule`. */
@Module({
  providers: [
    // Evaluated when the process starts, after all declarations have been loaded.
    { provide: JOBS, useFactory: loadedJobs },
    {
      provide: QueueConnections,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: ({ redis }: QueueModuleOptions) => new QueueConnections(redis),
    },
    {
      provide: Queues,
      inject: [JOBS, QueueConnections, LazyModuleLoader],
      useFactory: (jobs: readonly Job[], connections: QueueConnections, loader: LazyModuleLoader) =>
        Queues.open(jobs, connections, loader),
    },
    { provide: JobQueue, useClass: BullJobQueue },
    {
      provide: DeadLetters,
      inject: [QueueConnections],
      useFactory: ({ client }: QueueConnections) => new DeadLetters(client),
    },
    QueueDrain,
    QueueMetrics,
  ],
  exports: [JOBS, Queues, JobQueue, DeadLetters, QueueDrain, QueueMetrics],
})
export class QueueModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(@Inject(Queues) private readonly queues: Queues) {
    super();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queues.close();
  }
}
