import { Module } from '@nestjs/common';
import { JobConsole } from './job-console.js';

/** A page that shows the jobs of all queues, on the management port. Needs the queues, and a management token to be there. */
@Module({ providers: [JobConsole] })
export class JobConsoleModule {}
