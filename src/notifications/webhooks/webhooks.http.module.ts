import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { notificationsSchema } from '../migrations/index.js';
import { WebhookDeliveriesController } from './webhook-deliveries.controller.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhookSettingsController } from './webhook-settings.controller.js';
import { WebhookUrls } from './webhook-urls.js';
import { WebhooksModule } from './webhooks.module.js';

@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema),
    IdempotencyModule.forSchema(notificationsSchema),
    WebhooksModule,
  ],
  controllers: [WebhooksController, WebhookSettingsController, WebhookDeliveriesController],
  providers: [WebhookUrls],
})
export class WebhooksHttpModule {}
