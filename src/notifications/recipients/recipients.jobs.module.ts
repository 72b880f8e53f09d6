import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { notificationsSchema } from '../migrations/index.js';
import { ErasedUser } from './erased-user.entity.js';
import { ErasedUsersPurge } from './erased-users.purge.js';
import { PhoneData } from './phone.personal-data.js';
import { PushSubscriptionData } from './push-subscription.personal-data.js';
import { RecipientsModule } from './recipients.module.js';

@Module({
  imports: [DatabaseModule.forFeature(notificationsSchema, ErasedUser), RecipientsModule],
  providers: [ErasedUsersPurge, PhoneData, PushSubscriptionData],
})
export class RecipientsJobsModule {}
