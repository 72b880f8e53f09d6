import { Module } from '@nestjs/common';
import { notifications } from '#libs/contracts';
import { DatabaseModule } from '#libs/database';
import { MessageRelayModule, MessagingModule } from '#libs/messaging';
import { PurgeModule } from '#libs/purge';
import { DeliveriesPurge } from './deliveries/deliveries.purge.js';
import { SendMailProcessor } from './deliveries/send-mail.processor.js';
import { SendNotificationHandler } from './intake/send-notification.handler.js';
import { NotificationsModule } from './notifications.module.js';
import { notificationsSchema } from './notifications.schema.js';

/** The service at work: receives messages, sends mails, removes what is no longer needed. */
@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema),
    MessageRelayModule.forService(notifications, notificationsSchema),
    MessagingModule.forService(notifications, notificationsSchema),
    NotificationsModule,
    PurgeModule.forJob(notifications.purge),
  ],
  providers: [DeliveriesPurge, SendMailProcessor, SendNotificationHandler],
})
export class NotificationsJobsModule {}
