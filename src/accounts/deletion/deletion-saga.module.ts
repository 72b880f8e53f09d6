import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { accountsSchema } from '../migrations/index.js';
import { UsersModule } from '../users/index.js';
import { AccountDeletion } from './account-deletion.entity.js';
import { AccountDeletionSaga } from './account-deletion.saga.js';

/** For the API, which starts deletions, and for workers, which carry them out. */
@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, AccountDeletion),
    MessagingModule.forSchema(accountsSchema),
    UsersModule,
  ],
  providers: [AccountDeletionSaga],
  exports: [AccountDeletionSaga],
})
export class DeletionSagaModule {}
