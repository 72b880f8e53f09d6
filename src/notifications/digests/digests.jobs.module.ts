import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { DeliveriesModule } from '../deliveries/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { PreferencesModule } from '../preferences/index.js';
import { TemplatesModule } from '../templates/index.js';
import { DigestItems } from './digest-items.js';
import { DigestSender } from './digest-sender.js';
import { DigestsModule } from './digests.module.js';
import { DigestsPurge } from './digests.purge.js';
import { SendDigestProcessor } from './send-digest.processor.js';

/** Sends what was collected. */
@Module({
  imports: [
    DatabaseModule.forFeature(notificationsSchema),
    DeliveriesModule,
    DigestsModule,
    MessagingModule.forSchema(notificationsSchema),
    PreferencesModule,
    TemplatesModule,
  ],
  providers: [DigestItems, DigestSender, DigestsPurge, SendDigestProcessor],
})
export class DigestsJobsModule {}
