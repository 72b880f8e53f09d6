import { Module } from '@nestjs/common';
import { JobRunnerModule } from '#libs/bull';
import { NotificationsJobsModule } from '../notifications/notifications.jobs.module.js';
import { PlatformModule } from './platform.module.js';
import { QueuesModule } from './queues.module.js';

/** The role `notifications`: the service that hears messages and sends mails. */
@Module({
  imports: [PlatformModule, QueuesModule, JobRunnerModule.forRole('notifications'), NotificationsJobsModule],
})
export class NotificationsServiceModule {}
