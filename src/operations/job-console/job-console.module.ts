import { Module } from '@nestjs/common';
import { JobConsole } from './job-console.js';

/** The job console: a page on the management port that shows the jobs of all queues. Needs a management token. */
@Module({ providers: [JobConsole] })
export class JobConsoleModule {}
