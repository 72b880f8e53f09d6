import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { notificationsSchema } from '../migrations/index.js';
import { BroadcastTracker } from './broadcast.tracker.js';
import { BroadcastsController } from './broadcasts.controller.js';
import { BroadcastsModule } from './broadcasts.module.js';

/** Notifying many users, over HTTP. */
@Module({
  imports: [
    BroadcastsModule,
    DatabaseModule.forFeature(notificationsSchema),
    IdempotencyModule.forSchema(notificationsSchema),
  ],
  controllers: [BroadcastsController],
  providers: [BroadcastTracker],
})
export class BroadcastsHttpModule {}
