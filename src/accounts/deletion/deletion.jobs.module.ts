import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../migrations/index.js';
import { AccountDeletionsPurge } from './account-deletions.purge.js';
import { DeletionSagaModule } from './deletion-saga.module.js';
import { UserErasedHandler } from './user-erased.handler.js';

/** What goes on without a request. */
@Module({
  imports: [DatabaseModule.forFeature(accountsSchema), DeletionSagaModule],
  providers: [AccountDeletionsPurge, UserErasedHandler],
})
export class DeletionJobsModule {}
