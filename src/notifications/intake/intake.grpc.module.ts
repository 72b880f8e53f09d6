import { Module } from '@nestjs/common';
import { IdempotencyModule } from '#libs/idempotency';
import { notificationsSchema } from '../migrations/index.js';
import { IntakeModule } from './intake.module.js';
import { NotificationsGrpcController } from './notifications.grpc.controller.js';

/** Sending notifications, over gRPC. */
@Module({
  imports: [IdempotencyModule.forSchema(notificationsSchema), IntakeModule],
  controllers: [NotificationsGrpcController],
})
export class IntakeGrpcModule {}
