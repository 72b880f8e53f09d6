import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JobsController } from './jobs.controller.js';
import { JobsService } from './jobs.service.js';

/** What applications get to know about jobs. */
@Module({ imports: [DiscoveryModule], controllers: [JobsController], providers: [JobsService] })
export class JobsApiModule {}
