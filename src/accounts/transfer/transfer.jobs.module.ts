import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { AuditModule } from '../audit/index.js';
import { InvitationsModule, PasswordHashingModule, RoleAuthorityModule, TokenClaims } from '../auth/index.js';
import { accountsSchema } from '../migrations/index.js';
import { UsersModule } from '../users/index.js';
import { ExportRuns } from './exports/export-runs.service.js';
import { ExportUsersProcessor } from './exports/export-users.processor.js';
import { ExportedUsers } from './exports/exported-users.js';
import { ImportBatches } from './imports/import-batches.service.js';
import { ImportRuns } from './imports/import-runs.service.js';
import { ImportUsersProcessor } from './imports/import-users.processor.js';
import { Requesters } from './requesters.js';
import { TransferModule } from './transfer.module.js';
import { TransfersPurge } from './transfers.purge.js';

@Module({
  imports: [
    AuditModule,
    DatabaseModule.forFeature(accountsSchema),
    InvitationsModule,
    PasswordHashingModule,
    RoleAuthorityModule,
    TransferModule,
    UsersModule,
  ],
  providers: [
    ExportedUsers,
    ExportRuns,
    ExportUsersProcessor,
    ImportBatches,
    ImportRuns,
    ImportUsersProcessor,
    Requesters,
    TokenClaims,
    TransfersPurge,
  ],
})
export class TransferJobsModule {}
