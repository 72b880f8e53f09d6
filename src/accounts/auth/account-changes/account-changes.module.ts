import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { EmailModule } from '../email/email.module.js';
import { OwnershipModule } from '../ownership/ownership.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AccountChange } from './account-change.entity.js';
import { AccountChanges } from './account-changes.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, AccountChange),
    EmailModule,
    OwnershipModule,
    SessionsModule,
    UsersModule,
  ],
  providers: [AccountChanges],
  exports: [AccountChanges],
})
export class AccountChangesModule {}
