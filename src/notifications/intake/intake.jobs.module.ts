import { Module } from '@nestjs/common';
import { notifications } from '#libs/contracts';
import { MessagingModule } from '#libs/messaging';
import { ChannelsModule } from '../channels/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { SendNotificationHandler } from './send-notification.handler.js';

/** What other services ask of this one. */
@Module({
  imports: [ChannelsModule, MessagingModule.forService(notifications, notificationsSchema)],
  providers: [SendNotificationHandler],
})
export class IntakeJobsModule {}
