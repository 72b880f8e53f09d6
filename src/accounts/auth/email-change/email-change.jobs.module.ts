import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { LiveSessionsModule } from '../sessions/live-sessions.module.js';
import { EmailChange } from './email-change.entity.js';
import { EmailChangeTimers } from './email-change.timers.js';
import { EmailChangesPurge } from './email-changes.purge.js';

/** What goes on without a request. */
@Module({
  imports: [DatabaseModule.forFeature(accountsSchema, EmailChange), LiveSessionsModule, UsersModule],
  providers: [EmailChangeTimers, EmailChangesPurge],
})
export class EmailChangeJobsModule {}
