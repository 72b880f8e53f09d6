import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { MessagingModule } from '#libs/messaging';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { EmailVerification } from './email-verification.entity.js';
import { EmailVerificationService } from './email-verification.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, EmailVerification),
    MessagingModule.forSchema(accountsSchema),
    UsersModule,
  ],
  providers: [EmailVerificationService],
  exports: [EmailVerificationService],
})
export class EmailModule {}
