import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { SignInMethodsModule } from '../sign-in/sign-in-methods.module.js';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { AccountChangesModule } from '../account-changes/account-changes.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { BreachedPasswords } from './breached-passwords.js';
import { Password } from './password.entity.js';
import { PasswordMethod } from './password.method.js';
import { PasswordChangeService } from './password-change.service.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { PasswordsService } from './passwords.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, Password),
    AccountChangesModule,
    AttemptsModule,
    SessionsModule,
    SignInMethodsModule,
    UsersModule,
  ],
  providers: [
    BreachedPasswords,
    PasswordChangeService,
    PasswordHasher,
    PasswordMethod,
    PasswordPolicy,
    PasswordsService,
  ],
  exports: [PasswordChangeService, PasswordHasher, PasswordPolicy, PasswordsService],
})
export class PasswordsModule {}
