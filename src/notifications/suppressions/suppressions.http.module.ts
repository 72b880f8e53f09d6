import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { AuditTrailModule } from '../audit/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { SuppressionsController } from './suppressions.controller.js';
import { SuppressionsModule } from './suppressions.module.js';
import { SuppressionsService } from './suppressions.service.js';

@Module({
  imports: [
    AuditTrailModule,
    DatabaseModule.forFeature(notificationsSchema),
    IdempotencyModule.forSchema(notificationsSchema),
    SuppressionsModule,
  ],
  controllers: [SuppressionsController],
  providers: [SuppressionsService],
})
export class SuppressionsHttpModule {}
