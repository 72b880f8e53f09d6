import { Module } from '@nestjs/common';
import { AdministrationHttpModule } from './administration/administration.http.module.js';
import { AdministrationModule, FirstAdmin } from './administration/index.js';
import { AuditHttpModule } from './audit/audit.http.module.js';
import { AuthHttpModule } from './auth/auth.http.module.js';
import { DirectoryModule } from './directory/directory.module.js';
import { DeletionHttpModule } from './deletion/deletion.http.module.js';
import { IpRulesHttpModule } from './ip-rules/ip-rules.http.module.js';
import { TransferHttpModule } from './transfer/transfer.http.module.js';
import { UsersHttpModule } from './users/users.http.module.js';

/** The HTTP API of the service. */
@Module({
  imports: [
    AuditHttpModule,
    AdministrationModule,
    AuthHttpModule,
    DirectoryModule,
    IpRulesHttpModule,
    // Before users: `/users/me` isn't the ID of one, nor is `/users/import`.
    DeletionHttpModule,
    TransferHttpModule,
    UsersHttpModule,
    AdministrationHttpModule,
  ],
  providers: [FirstAdmin],
  exports: [AuthHttpModule],
})
export class AccountsHttpModule {}
