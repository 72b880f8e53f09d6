import { Module } from '@nestjs/common';
import { OutboxModule } from '#libs/outbox';
import { AppConfig } from '../../config/index.js';
import { DeliveryClaims } from './delivery-claims.js';
import { DeliveryRepository } from './delivery.repository.js';
import { MAIL_OPTIONS, type MailOptions } from './mail.options.js';
import { MailComposer } from './mail-composer.js';
import { MailMetrics } from './mail-metrics.js';
import { Mailer } from './mailer.js';
import { MailRenderer } from './mail-renderer.js';
import { MessageEffects } from './message-effects.js';
import { SCHEMA } from './notifications.entities.js';
import { PurgeNotificationsService } from './purge-notifications.service.js';
import { ReceiveMessageService } from './receive-message.service.js';
import { RecipientProjection } from './recipient-projection.service.js';
import { RecipientRepository } from './recipient.repository.js';
import { RequestDeliveryService } from './request-delivery.service.js';
import { SendMailService } from './send-mail.service.js';

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
