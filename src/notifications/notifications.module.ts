import { Module } from '@nestjs/common';
import { OutboxModule } from '#libs/messaging';
import { AppConfig } from '../../config/index.js';
import { DeliveryClaims } from './deliveries/delivery-claims.js';
import { DeliveryRepository } from './deliveries/delivery.repository.js';
import { MAIL_OPTIONS, type MailOptions } from './channels/mail/mail.options.js';
import { MailComposer } from './channels/mail/mail-composer.js';
import { MailMetrics } from './channels/mail/mail-metrics.js';
import { Mailer } from './channels/mail/mailer.js';
import { MailRenderer } from './templates/mail-renderer.js';
import { MessageEffects } from './intake/message-effects.js';
import { SCHEMA } from './notifications.entities.js';
import { PurgeNotificationsService } from './deliveries/purge-notifications.service.js';
import { ReceiveMessageService } from './intake/receive-message.service.js';
import { RecipientProjection } from './recipients/recipient-projection.service.js';
import { RecipientRepository } from './recipients/recipient.repository.js';
import { RequestDeliveryService } from './intake/request-delivery.service.js';
import { SendMailService } from './deliveries/send-mail.service.js';

/** What the service can do, without what triggers it. */
@Module({
  imports: [OutboxModule.forSchema(SCHEMA)],
  providers: [
    {
      provide: MAIL_OPTIONS,
      inject: [AppConfig],
      useFactory: ({ mail, publicUrl }: AppConfig): MailOptions => ({ ...mail, publicUrl }),
    },
    DeliveryClaims,
    DeliveryRepository,
    MailComposer,
    Mailer,
    MailMetrics,
    MailRenderer,
    MessageEffects,
    PurgeNotificationsService,
    ReceiveMessageService,
    RecipientProjection,
    RecipientRepository,
    RequestDeliveryService,
    SendMailService,
  ],
  exports: [PurgeNotificationsService, ReceiveMessageService, SendMailService],
})
export class NotificationsModule {}
