import { Module } from '@nestjs/common';
import { MessageRelayModule } from '#libs/messaging';
import { JobRunnerModule } from '#libs/bull';
import { AuthJobsModule } from '../accounts/auth/auth.jobs.module.js';
import { JobConsoleModule } from '../operations/job-console/index.js';
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
