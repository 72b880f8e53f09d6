import { Module } from '@nestjs/common';
import { OutboxRelayModule } from '#libs/messaging';
import { DeliverToNotificationsProcessor } from './intake/deliver-to-notifications.processor.js';
import { PurgeNotificationsProcessor } from './deliveries/purge-notifications.processor.js';
import { SendMailProcessor } from './deliveries/send-mail.processor.js';
import { toMailQueue } from './deliveries/mail-route.js';
import { SCHEMA } from './notifications.entities.js';
import { NotificationsModule } from './notifications.module.js';

/** The service at work: takes messages, sends mails, tidies up. */
@Module({
  imports: [NotificationsModule, OutboxRelayModule.forSchema(SCHEMA, toMailQueue)],
  providers: [DeliverToNotificationsProcessor, SendMailProcessor, PurgeNotificationsProcessor],
})
export class NotificationsJobsModule {}
