import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { PasswordsModule } from '../passwords/passwords.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { LoginService } from './login.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema),
    AttemptsModule,
    PasswordsModule,
    RegistrationModule,
    SignInModule,
    UsersModule,
  ],
  providers: [LoginService],
  exports: [LoginService],
})
export class LoginModule {}
