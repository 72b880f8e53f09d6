import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { EmailModule } from '../email/email.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { SignInMethodsModule } from '../sign-in/sign-in-methods.module.js';
import { OneTimeCode } from './one-time-code.entity.js';
import { OneTimeCodeMethod } from './one-time-code.method.js';
import { OneTimeCodesService } from './one-time-codes.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, OneTimeCode),
    AttemptsModule,
    EmailModule,
    RegistrationModule,
    SessionsModule,
    SignInMethodsModule,
    SignInModule,
    UsersModule,
  ],
  providers: [OneTimeCodeMethod, OneTimeCodesService],
  exports: [OneTimeCodesService],
})
export class OneTimeCodesModule {}
