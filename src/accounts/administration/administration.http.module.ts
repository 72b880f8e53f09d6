import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import {
  PasswordResetModule,
  PasswordsModule,
  RolesModule,
  SecondFactorsModule,
  SessionsModule,
  TokensModule,
} from '../auth/index.js';
import { DeletionModule } from '../deletion/index.js';
import { accountsSchema } from '../migrations/index.js';
import { UsersModule } from '../users/index.js';
import { AccountAccessController } from './account-access.controller.js';
import { AccountAccessService } from './account-access.service.js';
import { AccountCreationService } from './account-creation.service.js';
import { AccountStatusController } from './account-status.controller.js';
import { AccountStatusService } from './account-status.service.js';
import { AccountsController } from './accounts.controller.js';
import { ImpersonationController } from './impersonation.controller.js';
import { ImpersonationService } from './impersonation.service.js';
import { ManagedAccounts } from './managed-accounts.js';

/** What administrators do with accounts over HTTP. */
@Module({
  imports: [
    DeletionModule,
    DatabaseModule.forFeature(accountsSchema),
    IdempotencyModule.forSchema(accountsSchema),
    PasswordResetModule,
    PasswordsModule,
    RolesModule,
    SecondFactorsModule,
    SessionsModule,
    TokensModule,
    UsersModule,
  ],
  controllers: [
    AccountsController,
    AccountStatusController,
    AccountAccessController,
    ImpersonationController,
  ],
  providers: [
    AccountAccessService,
    AccountCreationService,
    AccountStatusService,
    ImpersonationService,
    ManagedAccounts,
  ],
})
export class AdministrationHttpModule {}
