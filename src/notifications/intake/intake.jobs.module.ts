import { Module } from '@nestjs/common';
import { MessagingModule } from '#libs/messaging';
import { ChannelsModule } from '../channels/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { SendNotificationHandler } from './send-notification.handler.js';

/** What other services ask of this one. */
@Module({
  imports: [ChannelsModule, MessagingModule.forSchema(notificationsSchema)],
  providers: [SendNotificationHandler],
})
export class IntakeJobsModule {}
