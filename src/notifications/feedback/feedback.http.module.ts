import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { DeliveryEnds, DeliveryEntity } from '../deliveries/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { SuppressionsModule } from '../suppressions/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { FeedbackController } from './feedback.controller.js';
import { FeedbackService } from './feedback.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema, DeliveryEntity),
    MessagingModule.forSchema(notificationsSchema),
    SuppressionsModule,
    WebhooksModule,
  ],
  controllers: [FeedbackController],
  providers: [DeliveryEnds, FeedbackService],
})
export class FeedbackHttpModule {}
