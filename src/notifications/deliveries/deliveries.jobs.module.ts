import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { notificationsSchema } from '../migrations/index.js';
import { DeliveriesModule } from './deliveries.module.js';
import { DeliveriesPurge } from './deliveries.purge.js';
import { DigestItem } from './digest-item.entity.js';
import { DigestItemsPurge } from './digest-items.purge.js';
import { DELIVERY_PROCESSORS } from './delivery.processors.js';
import { DeliveryData } from './delivery.personal-data.js';
import { NotificationsPurge } from './notifications.purge.js';

@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema, DigestItem),
    DeliveriesModule,
    MessagingModule.forSchema(notificationsSchema),
  ],
  providers: [DeliveriesPurge, DeliveryData, DigestItemsPurge, NotificationsPurge, ...DELIVERY_PROCESSORS],
})
export class DeliveriesJobsModule {}
