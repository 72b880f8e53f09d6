import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInMethodsModule } from '../sign-in/sign-in-methods.module.js';
import { StepUpService } from './step-up.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema),
    AttemptsModule,
    PasswordsModule,
    SignInMethodsModule,
    SessionsModule,
    UsersModule,
  ],
  providers: [StepUpService],
  exports: [StepUpService],
})
export class StepUpModule {}
