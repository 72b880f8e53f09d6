import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { EmailModule } from '../email/email.module.js';
import { OwnershipModule } from '../ownership/ownership.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { EmailChange } from './email-change.entity.js';
import { EmailChangeLink } from './email-change-link.entity.js';
import { EmailChangeMails } from './email-change-mails.js';
import { EmailChangeSaga } from './email-change.saga.js';
import { EmailChangeService } from './email-change.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, EmailChange, EmailChangeLink),
    EmailModule,
    OwnershipModule,
    SessionsModule,
    UsersModule,
  ],
  providers: [EmailChangeMails, EmailChangeSaga, EmailChangeService],
  exports: [EmailChangeService],
})
export class EmailChangeModule {}
