import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { OwnershipModule } from '../ownership/ownership.module.js';
import { AccountMails } from './account-mails.js';
import { AddressRequests } from './address-requests.js';
import { EmailVerification } from './email-verification.entity.js';
import { EmailVerificationService } from './email-verification.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, EmailVerification),
    MessagingModule.forSchema(accountsSchema),
    OwnershipModule,
    UsersModule,
  ],
  providers: [AccountMails, AddressRequests, EmailVerificationService],
  exports: [AccountMails, AddressRequests, EmailVerificationService],
})
export class EmailModule {}
