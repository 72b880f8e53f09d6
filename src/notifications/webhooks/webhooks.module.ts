import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { AuditTrailModule } from '../audit/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { Webhook } from './webhook.entity.js';
import { WebhookDeliveriesService } from './webhook-deliveries.service.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';
import { WebhookEvents } from './webhook-events.js';
import { WebhooksService } from './webhooks.service.js';

@Module({
  imports: [
    AuditTrailModule,
    DatabaseModule.forFeature(notificationsSchema, Webhook, WebhookDelivery),
    MessagingModule.forSchema(notificationsSchema),
  ],
  providers: [WebhookDeliveriesService, WebhookEvents, WebhooksService],
  exports: [WebhookDeliveriesService, WebhookEvents, WebhooksService],
})
export class WebhooksModule {}
