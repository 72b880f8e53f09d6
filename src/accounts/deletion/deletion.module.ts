import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { EmailModule, OwnershipModule, RolesModule, SessionsModule } from '../auth/index.js';
import { accountsSchema } from '../migrations/index.js';
import { UsersModule } from '../users/index.js';
import { AccountDeletionService } from './account-deletion.service.js';
import { AccountDeletionTracker } from './account-deletion.tracker.js';
import { DeletionSagaModule } from './deletion-saga.module.js';
import { PendingDeletionMethod } from './pending-deletion.method.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema),
    MessagingModule.forSchema(accountsSchema),
    DeletionSagaModule,
    EmailModule,
    OwnershipModule,
    RolesModule,
    SessionsModule,
    UsersModule,
  ],
  providers: [AccountDeletionService, AccountDeletionTracker, PendingDeletionMethod],
  exports: [AccountDeletionService],
})
export class DeletionModule {}
