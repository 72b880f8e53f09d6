import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { SignInMethodsModule } from '../sign-in/sign-in-methods.module.js';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AccountChangesModule } from '../account-changes/account-changes.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { PasswordMethod } from './password.method.js';
import { PasswordChangeService } from './password-change.service.js';
import { PasswordHashingModule } from './password-hashing.module.js';
import { PasswordsService } from './passwords.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema),
    AccountChangesModule,
    AttemptsModule,
    PasswordHashingModule,
    SessionsModule,
    SignInMethodsModule,
    UsersModule,
  ],
  providers: [PasswordChangeService, PasswordMethod, PasswordsService],
  exports: [PasswordChangeService, PasswordHashingModule, PasswordsService],
})
export class PasswordsModule {}
