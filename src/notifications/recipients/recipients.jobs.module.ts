import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { notificationsSchema } from '../migrations/index.js';
import { ErasedUsersPurge } from './erased-users.purge.js';
import { PhoneData } from './phone.personal-data.js';
import { PushSubscriptionData } from './push-subscription.personal-data.js';
import { RebuildRecipientsProcessor } from './rebuild-recipients.processor.js';
import { RecipientCopyModule } from './recipient-copy.module.js';
import { RecipientMetrics } from './recipient-metrics.js';
import { RecipientRebuildRuns } from './recipient-rebuild-runs.js';
import { RecipientRebuildsModule } from './recipient-rebuilds.module.js';
import { RecipientUpkeep } from './recipient-upkeep.js';
import { RecipientsModule } from './recipients.module.js';
import { RefreshRecipientsProcessor } from './refresh-recipients.processor.js';

@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema),
    MessagingModule.forSchema(notificationsSchema),
    RecipientCopyModule,
    RecipientRebuildsModule,
    RecipientsModule,
  ],
  providers: [
    ErasedUsersPurge,
    PhoneData,
    PushSubscriptionData,
    RebuildRecipientsProcessor,
    RecipientMetrics,
    RecipientRebuildRuns,
    RecipientUpkeep,
    RefreshRecipientsProcessor,
  ],
})
export class RecipientsJobsModule {}
