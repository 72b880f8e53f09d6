import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { RecipientsModule } from '../recipients/index.js';
import { PushSubscriptionsController } from './push-subscriptions.controller.js';
import { PushSubscriptionsService } from './push-subscriptions.service.js';
import { VapidKeyController } from './vapid-key.controller.js';

@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema), RecipientsModule],
  controllers: [PushSubscriptionsController, VapidKeyController],
  providers: [PushSubscriptionsService],
})
export class PushSubscriptionsHttpModule {}
