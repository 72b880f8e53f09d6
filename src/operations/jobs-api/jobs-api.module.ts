import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DeadLetterTracker } from './dead-letter.tracker.js';
import { JobTrackers } from './job-trackers.js';
import { JobsController } from './jobs.controller.js';
import { JobsService } from './jobs.service.js';

/** What applications get to know about jobs. */
@Module({
  imports: [DiscoveryModule],
  controllers: [JobsController],
  providers: [JobTrackers, DeadLetterTracker, JobsService],
})
export class JobsApiModule {}
