import { Module } from '@nestjs/common';
import { MessagingModule } from '#libs/messaging';
import { ChannelsModule } from '../channels/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { SendNotificationHandler } from './send-notification.handler.js';

/** Handles the commands of other services. */
@Module({
  imports: [ChannelsModule, MessagingModule.forSchema(notificationsSchema)],
  providers: [SendNotificationHandler],
})
export class IntakeJobsModule {}
