import { Module } from '@nestjs/common';
import { OutboxRelayModule } from '#libs/outbox';
import { DeliverToNotificationsProcessor } from './jobs/deliver-to-notifications.processor.js';
import { PurgeNotificationsProcessor } from './jobs/purge-notifications.processor.js';
import { SendMailProcessor } from './jobs/send-mail.processor.js';
import { toMailQueue } from './mail-route.js';
import { SCHEMA } from './notifications.entities.js';
import { NotificationsModule } from './notifications.module.js';

/** The service at work: takes messages, sends mails, tidies up. */
@Module({
  imports: [NotificationsModule, OutboxRelayModule.forSchema(SCHEMA, toMailQueue)],
  providers: [DeliverToNotificationsProcessor, SendMailProcessor, PurgeNotificationsProcessor],
})
export class NotificationsJobsModule {}
