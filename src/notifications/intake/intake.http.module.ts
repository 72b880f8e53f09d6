import { Module } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { notificationsProto } from '#libs/contracts';
import { MacFactory } from '#libs/crypto';
import { GrpcPeer, ServiceCredentials } from '#libs/grpc';
import { IdempotencyModule, IdempotencyStore } from '#libs/idempotency';
import { AppConfig } from '../../../config/index.js';
import { notificationsSchema } from '../migrations/index.js';
import { IntakeModule } from './intake.module.js';
import { NotificationSender } from './notification-sender.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsService } from './notifications.service.js';
import { RemoteSender } from './remote-sender.js';

const service = notificationsProto.NotificationsService;

/** Sending notifications, over HTTP: here, or in the process at `NOTIFICATIONS_GRPC_URL`. */
@Module({
  imports: [IdempotencyModule.forSchema(notificationsSchema), IntakeModule],
  controllers: [NotificationsController],
  providers: [
    {
      provide: NotificationSender,
      inject: [AppConfig, NotificationsService, IdempotencyStore, MacFactory, Clock],
      useFactory: (
        { grpc }: AppConfig,
        local: NotificationsService,
        keys: IdempotencyStore,
        macs: MacFactory,
        clock: Clock,
      ) => {
        if (grpc.notifications === null) {
          return local;
        }
        const { send, getNotification } = service.method;
        const peer = new GrpcPeer({
          service,
          target: grpc.notifications,
          tls: grpc.tls,
          credentials: new ServiceCredentials(macs, clock),
          // A repeated request has the same idempotency key.
          safe: [send, getNotification],
        });
        return new RemoteSender(peer, keys);
      },
    },
  ],
})
export class IntakeHttpModule {}
