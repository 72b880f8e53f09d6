import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { MessagingModule } from '#libs/messaging';
import { DeliveryEnds, DeliveryEntity, Notification } from '../deliveries/index.js';
import { DigestsModule } from '../digests/index.js';
import { InboxChangesModule, InboxModule } from '../inbox/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { PreferencesModule } from '../preferences/index.js';
import { TemplatesModule } from '../templates/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { NewDeliveries } from './new-deliveries.js';
import { NotificationContents } from './notification-contents.js';
import { NotificationBatches } from './notification-batches.js';
import { NotificationRelease } from './notification-release.js';
import { NotificationRenderer } from './notification-renderer.js';
import { NotificationsService } from './notifications.service.js';
import { ScheduledNotification } from './scheduled-notification.entity.js';

/** Sending notifications, over any transport. */
@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema, DeliveryEntity, Notification, ScheduledNotification),
    DigestsModule,
    IdempotencyModule.forSchema(notificationsSchema),
    InboxChangesModule,
    InboxModule,
    MessagingModule.forSchema(notificationsSchema),
    PreferencesModule,
    TemplatesModule,
    WebhooksModule,
  ],
  providers: [
    DeliveryEnds,
    NewDeliveries,
    NotificationBatches,
    NotificationContents,
    NotificationRelease,
    NotificationRenderer,
    NotificationsService,
  ],
  exports: [NotificationContents, NotificationRelease, NotificationRenderer, NotificationsService],
})
export class IntakeModule {}
