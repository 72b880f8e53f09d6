import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { accountsSchema } from '../migrations/index.js';
import { AccountDeletionData } from './account-deletion.personal-data.js';
import { AccountDeletionsPurge } from './account-deletions.purge.js';
import { DeleteAccountProcessor } from './delete-account.processor.js';
import { DeletionSagaModule } from './deletion-saga.module.js';
import { UserErasedHandler } from './user-erased.handler.js';

/** What goes on without a request. */
@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema),
    MessagingModule.forSchema(accountsSchema),
    DeletionSagaModule,
  ],
  providers: [AccountDeletionData, AccountDeletionsPurge, DeleteAccountProcessor, UserErasedHandler],
})
export class DeletionJobsModule {}
