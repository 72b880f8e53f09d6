import { Module } from '@nestjs/common';
import { MessageRelayModule } from '#libs/outbox';
import { JobRunnerModule } from '#libs/queue';
import { AuthJobsModule } from './auth/auth.jobs.module.js';
import { JobConsoleModule } from './jobs/index.js';
import { PlatformModule } from './platform.module.js';
import { QueuesModule } from './queues.module.js';

/** The role `worker`: carries the messages of accounts, runs its jobs and shows those of all. Loads no controller. */
@Module({
  imports: [
    PlatformModule,
    QueuesModule,
    MessageRelayModule.forSchema('accounts'),
    JobRunnerModule.forRole('worker'),
    AuthJobsModule,
    JobConsoleModule,
  ],
})
export class WorkerModule {}
