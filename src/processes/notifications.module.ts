import { Module } from '@nestjs/common';
import { JobRunnerModule } from '#libs/bull';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { JobsModule } from './jobs.module.js';
import { PlatformModule } from './platform.module.js';

/** The role `notifications`: receives messages and sends mails. */
@Module({
  imports: [PlatformModule, JobsModule, NotificationsModule, JobRunnerModule.forRole('notifications')],
})
export class NotificationsServiceModule {}
