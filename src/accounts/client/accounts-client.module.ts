import { Global, Module } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { accountsProto, PeerDirectory } from '#libs/contracts';
import { MacFactory } from '#libs/crypto';
import { GrpcPeer, ServiceCredentials } from '#libs/grpc';
import { Authentication, PermissionLookup } from '#libs/permissions';
import { AppConfig } from '../../../config/index.js';
import { RemoteAuthentication } from './remote-authentication.js';
import { RemoteDirectory } from './remote-directory.js';
import { RemotePermissions } from './remote-permissions.js';

const { AccountsService } = accountsProto;

/** Asks accounts in another process, at `ACCOUNTS_GRPC_URL`. Global, because other services ask without importing this one. */
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
    { provide: PeerDirectory, useClass: RemoteDirectory },
    { provide: Authentication, useClass: RemoteAuthentication },
    { provide: PermissionLookup, useClass: RemotePermissions },
  ],
  exports: [PeerDirectory, Authentication, PermissionLookup],
})
export class AccountsClientModule {}
