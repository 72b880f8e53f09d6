import { Module } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { AppConfig } from '../../../config/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { DeliverWebhookProcessor, RetryWebhookProcessor } from './deliver-webhook.processor.js';
import { EVENT_HANDLERS } from './event.handlers.js';
import { WebhookClient } from './outbound/webhook-client.js';
import { ResumeWebhooksProcessor } from './resume-webhooks.processor.js';
import { WebhookDeliverer } from './webhook-deliverer.js';
import { WebhookDeliveriesPurge } from './webhook-deliveries.purge.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhooksModule } from './webhooks.module.js';

@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema),
    MessagingModule.forSchema(notificationsSchema),
    WebhooksModule,
  ],
  providers: [
    DeliverWebhookProcessor,
    ...EVENT_HANDLERS,
    ResumeWebhooksProcessor,
    RetryWebhookProcessor,
    {
      provide: WebhookClient,
      inject: [AppConfig, Clock],
      useFactory: ({ webhookAllowedNetworks }: AppConfig, clock: Clock) =>
        new WebhookClient({ allowedNetworks: webhookAllowedNetworks, clock }),
    },
    WebhookDeliverer,
    WebhookDeliveriesPurge,
    WebhookMetrics,
  ],
})
export class WebhooksJobsModule {}
