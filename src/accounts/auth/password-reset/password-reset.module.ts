import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { EmailModule } from '../email/email.module.js';
import { OwnershipModule } from '../ownership/ownership.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { InvitationsModule } from './invitations.module.js';
import { PasswordResetService } from './password-reset.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema),
    AttemptsModule,
    EmailModule,
    InvitationsModule,
    OwnershipModule,
    PasswordsModule,
    RegistrationModule,
    SessionsModule,
    UsersModule,
  ],
  providers: [PasswordResetService],
  exports: [InvitationsModule, PasswordResetService],
})
export class PasswordResetModule {}
