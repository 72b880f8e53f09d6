import { Module } from '@nestjs/common';
import { IdempotencyModule } from '#libs/idempotency';
import { accountsSchema } from './migrations/index.js';
import { AuthHttpModule } from './auth/auth.http.module.js';
import { UsersHttpModule } from './users/users.http.module.js';

/** The HTTP API of the service. */
@Module({
  imports: [IdempotencyModule.forSchema(accountsSchema), AuthHttpModule, UsersHttpModule],
  exports: [AuthHttpModule],
})
export class AccountsHttpModule {}
