import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/index.js';
import { AccountReclaim } from './account-reclaim.js';
import { MailedSecrets } from './mailed-secrets.js';
import { SignInMethods } from './sign-in-methods.js';

/** Whose an account is: where whatever lets people in makes itself known, so that it can be taken away from others. */
@Module({
  imports: [UsersModule],
  providers: [AccountReclaim, MailedSecrets, SignInMethods],
  exports: [AccountReclaim, MailedSecrets, SignInMethods],
})
export class OwnershipModule {}
