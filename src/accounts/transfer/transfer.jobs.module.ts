import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { PersonalDataModule } from '#libs/personal-data';
import { AuditModule } from '../audit/index.js';
import { InvitationsModule, PasswordHashingModule, RoleAuthorityModule, TokenClaims } from '../auth/index.js';
import { accountsSchema } from '../migrations/index.js';
import { UsersModule } from '../users/index.js';
import { ExportRuns } from './exports/export-runs.service.js';
import { ExportUsersProcessor } from './exports/export-users.processor.js';
import { ExportedUsers } from './exports/exported-users.js';
import { DryRunUser } from './imports/dry-run-user.entity.js';
import { DryRuns } from './imports/dry-runs.js';
import { ImportBatches } from './imports/import-batches.service.js';
import { ImportRuns } from './imports/import-runs.service.js';
import { ImportUsersProcessor } from './imports/import-users.processor.js';
import { AccountDocument } from './personal/account-document.js';
import { AccountExportRuns } from './personal/account-export-runs.service.js';
import { ExportAccountProcessor } from './personal/export-account.processor.js';
import { UserDataCollectedHandler } from './personal/user-data-collected.handler.js';
import { Requesters } from './requesters.js';
import { TransferData } from './transfer.personal-data.js';
import { TransferModule } from './transfer.module.js';
import { TransfersPurge } from './transfers.purge.js';

@Module({
  imports: [
    AuditModule,
    DatabaseModule.forFeature(accountsSchema, DryRunUser),
    InvitationsModule,
    PasswordHashingModule,
    RoleAuthorityModule,
    MessagingModule.forSchema(accountsSchema),
    PersonalDataModule,
    TransferModule,
    UsersModule,
  ],
  providers: [
    AccountDocument,
    AccountExportRuns,
    DryRuns,
    ExportAccountProcessor,
    ExportedUsers,
    ExportRuns,
    ExportUsersProcessor,
    ImportBatches,
    ImportRuns,
    ImportUsersProcessor,
    Requesters,
    TokenClaims,
    TransferData,
    TransfersPurge,
    UserDataCollectedHandler,
  ],
})
export class TransferJobsModule {}
