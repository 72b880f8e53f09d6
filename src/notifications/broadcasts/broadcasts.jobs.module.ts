import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IntakeModule } from '../intake/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { TemplatesModule } from '../templates/index.js';
import { BroadcastNotificationProcessor } from './broadcast-notification.processor.js';
import { BroadcastRuns } from './broadcast-runs.js';
import { BroadcastsModule } from './broadcasts.module.js';
import { BroadcastsPurge } from './broadcasts.purge.js';

/** Does broadcasts. */
@Module({
  imports: [BroadcastsModule, DatabaseModule.forFeature(notificationsSchema), IntakeModule, TemplatesModule],
  providers: [BroadcastNotificationProcessor, BroadcastRuns, BroadcastsPurge],
})
export class BroadcastsJobsModule {}
