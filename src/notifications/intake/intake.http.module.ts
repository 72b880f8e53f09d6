import { Module } from '@nestjs/common';
import { IdempotencyModule } from '#libs/idempotency';
import { notificationsSchema } from '../migrations/index.js';
import { IntakeModule } from './intake.module.js';
import { NotificationSender } from './notification-sender.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsService } from './notifications.service.js';

/** Sending notifications, over HTTP. */
@Module({
  imports: [IdempotencyModule.forSchema(notificationsSchema), IntakeModule],
  controllers: [NotificationsController],
  providers: [{ provide: NotificationSender, useExisting: NotificationsService }],
})
export class IntakeHttpModule {}
