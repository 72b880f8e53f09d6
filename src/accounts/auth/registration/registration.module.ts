import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { IdempotencyModule } from '#libs/idempotency';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { SignInMethodsModule } from '../sign-in/sign-in-methods.module.js';
import { EmailModule } from '../email/email.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { AddressClaim } from './address-claim.js';
import { ConfirmationService } from './confirmation.service.js';
import { DisownService } from './disown.service.js';
import { PendingRegistration } from './pending-registration.entity.js';
import { RegistrationService } from './registration.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, PendingRegistration),
    IdempotencyModule.forSchema(accountsSchema),
    EmailModule,
    PasswordsModule,
    RolesModule,
    SessionsModule,
    SignInModule,
    SignInMethodsModule,
    UsersModule,
  ],
  providers: [AddressClaim, ConfirmationService, DisownService, RegistrationService],
  exports: [AddressClaim, ConfirmationService, DisownService, RegistrationService],
})
export class RegistrationModule {}
