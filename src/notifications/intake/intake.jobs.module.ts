import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { ChannelsModule } from '../channels/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { TemplatesModule } from '../templates/index.js';
import { DeliverNotificationProcessor } from './deliver-notification.processor.js';
import { IntakeModule } from './intake.module.js';
import { ScheduledNotificationData } from './scheduled-notification.personal-data.js';
import { ScheduledNotifications } from './scheduled-notifications.js';
import { SendNotificationHandler } from './send-notification.handler.js';

/** Handles the commands of other services, and sends what is scheduled. */
@Module({
  imports: [
    ChannelsModule,
    DatabaseModule.forFeature(notificationsSchema),
    IntakeModule,
    MessagingModule.forSchema(notificationsSchema),
    TemplatesModule,
  ],
  providers: [
    DeliverNotificationProcessor,
    ScheduledNotificationData,
    ScheduledNotifications,
    SendNotificationHandler,
  ],
})
export class IntakeJobsModule {}
