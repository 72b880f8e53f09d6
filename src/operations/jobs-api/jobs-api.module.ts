import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DeadLetterTracker } from './dead-letter.tracker.js';
import { JobTrackers } from './job-trackers.js';
import { JobsController } from './jobs.controller.js';
import { JobsService } from './jobs.service.js';
import { RetryJobsController } from './retry-jobs.controller.js';

/** What applications get to know about jobs. */
@Module({
  imports: [DiscoveryModule],
  controllers: [JobsController, RetryJobsController],
  providers: [JobTrackers, DeadLetterTracker, JobsService],
})
export class JobsApiModule {}
