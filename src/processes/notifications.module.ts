import { Module } from '@nestjs/common';
import { JobRunnerModule } from '#libs/bull';
import { NotificationsJobsModule } from '../notifications/notifications.jobs.module.js';
import { JobsModule } from './jobs.module.js';
import { PlatformModule } from './platform.module.js';

/** The role `notifications`: the service that receives messages and sends mails. */
@Module({
  imports: [PlatformModule, JobsModule, NotificationsJobsModule, JobRunnerModule.forRole('notifications')],
})
export class NotificationsServiceModule {}
