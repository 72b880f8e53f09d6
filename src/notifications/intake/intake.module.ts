import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { MessagingModule } from '#libs/messaging';
import { DeliveryEnds, DeliveryEntity, Notification } from '../deliveries/index.js';
import { InboxChangesModule, InboxModule } from '../inbox/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { PreferencesModule } from '../preferences/index.js';
import { TemplatesModule } from '../templates/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { NewDeliveries } from './new-deliveries.js';
import { NotificationsService } from './notifications.service.js';

/** Sending notifications, over any transport. */
@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema, Notification, DeliveryEntity),
    IdempotencyModule.forSchema(notificationsSchema),
    InboxChangesModule,
    InboxModule,
    MessagingModule.forSchema(notificationsSchema),
    PreferencesModule,
    TemplatesModule,
    WebhooksModule,
  ],
  providers: [DeliveryEnds, NewDeliveries, NotificationsService],
  exports: [NotificationsService],
})
export class IntakeModule {}
