import 'reflect-metadata';
import { notificationsProto } from '#libs/contracts';
import { AccountsDirectoryModule } from '../accounts/accounts.directory.module.js';
import { AccountsClientModule } from '../accounts/client/index.js';
import { CopiedDirectoryModule } from '../notifications/recipients/index.js';
import { NotificationsGrpcModule } from '../notifications/notifications.grpc.module.js';
import { answer } from './answer.js';
import type { Beginning } from './lifetime.js';
import { NotificationsServiceModule } from './notifications.module.js';
import type { Started } from './run.js';
import { work } from './work.js';

/**
 * Starts the role `notifications`. Who is to be notified, it asks accounts: in this process, by their database, or in
 * another one. In that case, it keeps a copy of what accounts says, and serves gRPC, because it can also ask who calls.
 */
export function start(beginning: Beginning): Promise<Started> {
  return beginning.config.grpc.accounts === null
    ? work(beginning, NotificationsServiceModule, AccountsDirectoryModule)
    : answer(
        beginning,
        [notificationsProto.NotificationsService],
        NotificationsServiceModule,
        NotificationsGrpcModule,
        AccountsClientModule,
        CopiedDirectoryModule,
      );
}
