import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { MessagingModule } from '#libs/messaging';
import { AuditTrailModule } from '../audit/index.js';
import { IntakeModule } from '../intake/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { Broadcast } from './broadcast.entity.js';
import { BroadcastsService } from './broadcasts.service.js';

/** Notifying many users, without any transport. */
@Module({
  imports: [
    AuditTrailModule,
    DatabaseModule.forFeature(notificationsSchema, Broadcast),
    IdempotencyModule.forSchema(notificationsSchema),
    IntakeModule,
    MessagingModule.forSchema(notificationsSchema),
  ],
  providers: [BroadcastsService],
  exports: [BroadcastsService],
})
export class BroadcastsModule {}
