import { Module } from '@nestjs/common';
import { AuthHttpModule } from './auth/auth.http.module.js';
import { UsersHttpModule } from './users/users.http.module.js';

/** The HTTP API of the service. */
@Module({
  imports: [AuthHttpModule, UsersHttpModule],
  exports: [AuthHttpModule],
})
export class AccountsHttpModule {}
