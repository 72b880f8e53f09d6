import { Module } from '@nestjs/common';
import { JobRunnerModule } from '#libs/bull';
import { AccountsJobsModule } from '../accounts/accounts.jobs.module.js';
import { JobConsoleModule } from '../operations/job-console/index.js';
import { JobsModule } from './jobs.module.js';
import { PlatformModule } from './platform.module.js';

/** The role `worker`: relays the messages of accounts, runs its jobs, and serves the job console. */
@Module({
  imports: [
    PlatformModule,
    JobsModule,
    AccountsJobsModule,
    JobRunnerModule.forRole('worker'),
    JobConsoleModule,
  ],
})
export class WorkerModule {}
