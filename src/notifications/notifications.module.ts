import { Module } from '@nestjs/common';
import { notifications } from '#libs/contracts';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { AppConfig } from '../../config/index.js';
import { MAIL_OPTIONS, type MailOptions } from './channels/mail/mail.options.js';
import { MailComposer } from './channels/mail/mail-composer.js';
import { MailMetrics } from './channels/mail/mail-metrics.js';
import { Mailer } from './channels/mail/mailer.js';
import { DeliveryEntity } from './deliveries/delivery.entity.js';
import { DeliveryClaims } from './deliveries/delivery-claims.js';
import { SendMailService } from './deliveries/send-mail.service.js';
import { notificationsSchema } from './notifications.schema.js';
import { MailRenderer } from './templates/mail-renderer.js';

/** What the service can do, without what triggers it. */
@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema, DeliveryEntity),
    MessagingModule.forService(notifications, notificationsSchema),
  ],
  providers: [
    {
      provide: MAIL_OPTIONS,
      inject: [AppConfig],
      useFactory: ({ mail, publicUrl }: AppConfig): MailOptions => ({ ...mail, publicUrl }),
    },
    DeliveryClaims,
    MailComposer,
    Mailer,
    MailMetrics,
    MailRenderer,
    SendMailService,
  ],
  exports: [MAIL_OPTIONS, MailMetrics, SendMailService],
})
export class NotificationsModule {}
