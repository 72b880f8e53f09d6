import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { InboxModule } from './inbox.module.js';
import { InboxData } from './inbox.personal-data.js';
import { InboxPurge } from './inbox.purge.js';

@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema), InboxModule],
  providers: [InboxData, InboxPurge],
})
export class InboxJobsModule {}
