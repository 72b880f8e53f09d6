import { Module } from '@nestjs/common';
import { notifications } from '#libs/contracts';
import { KeyRotationJobsModule } from '#libs/key-rotation';
import { MessageRelayModule } from '#libs/messaging';
import { PurgeModule } from '#libs/purge';
import { IdempotencyModule, idempotencyKeysPurge } from '#libs/idempotency';
import { BroadcastsJobsModule } from './broadcasts/broadcasts.jobs.module.js';
import { DeliveriesJobsModule } from './deliveries/deliveries.jobs.module.js';
import { DigestsJobsModule } from './digests/digests.jobs.module.js';
import { InboxJobsModule } from './inbox/inbox.jobs.module.js';
import { IntakeJobsModule } from './intake/intake.jobs.module.js';
import { PersonalDataJobsModule } from './personal-data/personal-data.jobs.module.js';
import { PhonesJobsModule } from './phones/phones.jobs.module.js';
import { PreferencesJobsModule } from './preferences/preferences.jobs.module.js';
import { RecipientsJobsModule } from './recipients/recipients.jobs.module.js';
import { SuppressionsJobsModule } from './suppressions/suppressions.jobs.module.js';
import { TemplatesJobsModule } from './templates/templates.jobs.module.js';
import { WebhooksJobsModule } from './webhooks/webhooks.jobs.module.js';
import { notificationsKeys } from './rotate-keys.js';
import { notificationsSchema } from './migrations/index.js';

/** The whole service: receives messages, sends notifications, and deletes expired data. */
@Module({
  imports: [
    BroadcastsJobsModule,
    DeliveriesJobsModule,
    DigestsJobsModule,
    InboxJobsModule,
    IntakeJobsModule,
    IdempotencyModule.forSchema(notificationsSchema),
    PersonalDataJobsModule,
    PhonesJobsModule,
    PreferencesJobsModule,
    RecipientsJobsModule,
    SuppressionsJobsModule,
    TemplatesJobsModule,
    WebhooksJobsModule,
    MessageRelayModule.forService(notifications, notificationsSchema),
    KeyRotationJobsModule.forService(notificationsKeys, notificationsSchema),
    PurgeModule.forJob(notifications.purge),
  ],
  providers: [idempotencyKeysPurge(notifications.purge)],
})
export class NotificationsModule {}
