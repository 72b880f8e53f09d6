import { Module } from '@nestjs/common';
import { MessageRelayModule } from '#libs/outbox';
import { JobRunnerModule } from '#libs/queue';
import { AuthJobsModule } from './auth/auth.jobs.module.js';
import { PlatformModule } from './platform.module.js';
import { QueuesModule } from './queues.module.js';

/** The role `worker`: carries the messages of accounts and runs its jobs. Loads no controller. */
@Module({
  imports: [
    PlatformModule,
    QueuesModule,
    MessageRelayModule.forSchema('accounts'),
    JobRunnerModule.forRole('worker'),
    AuthJobsModule,
  ],
})
export class WorkerModule {}
