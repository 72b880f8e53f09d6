import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { Phone } from './phone.entity.js';
import { PushSubscriptionCipher } from './push-subscription-cipher.js';
import { PushSubscription } from './push-subscription.entity.js';

/** How to reach people, besides their email address, which accounts knows. */
@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema, Phone, PushSubscription)],
  providers: [PushSubscriptionCipher],
  exports: [PushSubscriptionCipher],
})
export class RecipientsModule {}
