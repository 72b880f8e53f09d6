import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { ChannelsModule } from '../channels/index.js';
import { PreferencesModule } from '../preferences/index.js';
import { SuppressionsModule } from '../suppressions/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { DeliveryEntity } from './delivery.entity.js';
import { DeliveryClaims } from './delivery-claims.js';
import { DeliveryEnds } from './delivery-ends.js';
import { Notification } from './notification.entity.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { DeliverySender } from './delivery-sender.js';

@Module({
  imports: [
    ChannelsModule,
    DatabaseModule.forFeature(notificationsSchema, DeliveryEntity, Notification),
    MessagingModule.forSchema(notificationsSchema),
    PreferencesModule,
    SuppressionsModule,
    WebhooksModule,
  ],
  providers: [DeliveryClaims, DeliveryEnds, DeliveryMetrics, DeliverySender],
  exports: [DeliveryEnds, DeliveryMetrics, DeliverySender],
})
export class DeliveriesModule {}
