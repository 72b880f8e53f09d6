import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { EmailModule } from '../email/email.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ReuseNotices } from './reuse-notices.js';
import { SignInNotice } from './sign-in-notice.entity.js';
import { SignInNoticesService } from './sign-in-notices.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, SignInNotice),
    EmailModule,
    SessionsModule,
    UsersModule,
  ],
  providers: [ReuseNotices, SignInNoticesService],
  exports: [SignInNoticesService],
})
export class SignInNoticesModule {}
