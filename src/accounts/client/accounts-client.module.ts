import { Global, Module } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountDirectory, accountsProto } from '#libs/contracts';
import { MacFactory } from '#libs/crypto';
import { GrpcPeer, ServiceCredentials } from '#libs/grpc';
import { Authentication, PermissionLookup } from '#libs/permissions';
import { AppConfig } from '../../../config/index.js';
import { RemoteAuthentication } from './remote-authentication.js';
import { RemoteDirectory } from './remote-directory.js';
import { RemotePermissions } from './remote-permissions.js';

const { AccountsService } = accountsProto;

/** Asks accounts in another process, at `ACCOUNTS_GRPC_URL`. Global, as what it stands for is. */
@Global()
@Module({
  providers: [
    {
      provide: GrpcPeer,
      inject: [AppConfig, MacFactory, Clock],
      useFactory: ({ grpc }: AppConfig, macs: MacFactory, clock: Clock) =>
        new GrpcPeer({
          service: AccountsService,
          target: grpc.accounts ?? '',
          tls: grpc.tls,
          credentials: new ServiceCredentials(macs, clock),
          // All of them only read.
          safe: Object.values(AccountsService.method),
        }),
    },
    { provide: AccountDirectory, useClass: RemoteDirectory },
    { provide: Authentication, useClass: RemoteAuthentication },
    { provide: PermissionLookup, useClass: RemotePermissions },
  ],
  exports: [AccountDirectory, Authentication, PermissionLookup],
})
export class AccountsClientModule {}
