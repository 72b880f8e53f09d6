import { Module } from '@nestjs/common';
import { UsersModule } from '../../users/index.js';
import { AccountReclaim } from './account-reclaim.js';
import { MailedLinks } from './mailed-links.js';
import { SignInMethods } from './sign-in-methods.js';

/** Whose an account is: where whatever lets people in makes itself known, so that it can be taken away from others. */
@Module({
  imports: [UsersModule],
  providers: [AccountReclaim, MailedLinks, SignInMethods],
  exports: [AccountReclaim, MailedLinks, SignInMethods],
})
export class OwnershipModule {}
