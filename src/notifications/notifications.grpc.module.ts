import { Module } from '@nestjs/common';
import { IntakeGrpcModule } from './intake/intake.grpc.module.js';

/** `NotificationsService`, for other services. */
@Module({ imports: [IntakeGrpcModule] })
export class NotificationsGrpcModule {}
