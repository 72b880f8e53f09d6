import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { EmailModule } from '../email/email.module.js';
import { OwnershipModule } from '../ownership/ownership.module.js';
import { Invitations } from './invitations.js';
import { PasswordReset } from './password-reset.entity.js';
import { PasswordResetLinks } from './password-reset-links.js';

/** Links with which users set a password, also for workers, who sign nobody in. */
@Module({
  imports: [DatabaseModule.forFeature(accountsSchema, PasswordReset), EmailModule, OwnershipModule],
  providers: [Invitations, PasswordResetLinks],
  exports: [Invitations, PasswordResetLinks],
})
export class InvitationsModule {}
