import 'reflect-metadata';
import { notificationsProto } from '#libs/contracts';
import { AccountsClientModule } from '../accounts/client/index.js';
import { NotificationsGrpcModule } from '../notifications/notifications.grpc.module.js';
import { answer } from './answer.js';
import type { Beginning } from './lifetime.js';
import { NotificationsServiceModule } from './notifications.module.js';
import type { Started } from './run.js';
import { work } from './work.js';

/** Starts the role `notifications`. It serves gRPC if it can ask accounts who calls, and who is to be notified. */
export function start(beginning: Beginning): Promise<Started> {
  return beginning.config.grpc.accounts === null
    ? work(beginning, NotificationsServiceModule)
    : answer(
        beginning,
        [notificationsProto.NotificationsService],
        NotificationsServiceModule,
        NotificationsGrpcModule,
        AccountsClientModule,
      );
}
