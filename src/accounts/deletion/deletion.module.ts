import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { EmailModule, RolesModule, SessionsModule } from '../auth/index.js';
import { accountsSchema } from '../migrations/index.js';
import { UsersModule } from '../users/index.js';
import { AccountDeletionService } from './account-deletion.service.js';
import { AccountDeletionTracker } from './account-deletion.tracker.js';
import { DeletionSagaModule } from './deletion-saga.module.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema),
    DeletionSagaModule,
    EmailModule,
    RolesModule,
    SessionsModule,
    UsersModule,
  ],
  providers: [AccountDeletionService, AccountDeletionTracker],
  exports: [AccountDeletionService],
})
export class DeletionModule {}
