import { Module } from '@nestjs/common';
import { notifications } from '#libs/contracts';
import { MessageRelayModule } from '#libs/messaging';
import { PurgeModule } from '#libs/purge';
import { DeliveriesJobsModule } from './deliveries/deliveries.jobs.module.js';
import { IntakeJobsModule } from './intake/intake.jobs.module.js';
import { RecipientsJobsModule } from './recipients/recipients.jobs.module.js';
import { notificationsSchema } from './migrations/index.js';

/** The whole service: receives messages, sends notifications, and deletes expired data. */
@Module({
  imports: [
    DeliveriesJobsModule,
    IntakeJobsModule,
    RecipientsJobsModule,
    MessageRelayModule.forService(notifications, notificationsSchema),
    PurgeModule.forJob(notifications.purge),
  ],
})
export class NotificationsModule {}
