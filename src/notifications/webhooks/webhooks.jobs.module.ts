import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { notificationsSchema } from '../migrations/index.js';
import { OutboundModule } from '../outbound/index.js';
import { RecipientCopyModule } from '../recipients/index.js';
import { DeliverWebhookProcessor, RetryWebhookProcessor } from './deliver-webhook.processor.js';
import { EVENT_HANDLERS } from './event.handlers.js';
import { ResumeWebhooksProcessor } from './resume-webhooks.processor.js';
import { WebhookDeliverer } from './webhook-deliverer.js';
import { WebhookDeliveriesPurge } from './webhook-deliveries.purge.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhooksModule } from './webhooks.module.js';

@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema),
    MessagingModule.forSchema(notificationsSchema),
    OutboundModule,
    RecipientCopyModule,
    WebhooksModule,
  ],
  providers: [
    DeliverWebhookProcessor,
    ...EVENT_HANDLERS,
    ResumeWebhooksProcessor,
    RetryWebhookProcessor,
    WebhookDeliverer,
    WebhookDeliveriesPurge,
    WebhookMetrics,
  ],
})
export class WebhooksJobsModule {}
