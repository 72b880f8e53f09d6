import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { ChannelsModule } from '../channels/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { DeliveryEntity } from './delivery.entity.js';
import { DeliveryClaims } from './delivery-claims.js';
import { MailMetrics } from './mail-metrics.js';
import { SendMailService } from './send-mail.service.js';

@Module({
  imports: [
    ChannelsModule,
    DatabaseModule.forFeature(notificationsSchema, DeliveryEntity),
    MessagingModule.forSchema(notificationsSchema),
  ],
  providers: [DeliveryClaims, MailMetrics, SendMailService],
  exports: [MailMetrics, SendMailService],
})
export class DeliveriesModule {}
