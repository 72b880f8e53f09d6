import { Module } from '@nestjs/common';
import { AccountChangesModule } from './account-changes/account-changes.module.js';
import { ApiKeysModule } from './api-keys/api-keys.module.js';
import { AttemptsModule } from './attempts/attempts.module.js';
import { EmailModule } from './email/email.module.js';
import { EmailChangeModule } from './email-change/email-change.module.js';
import { LoginModule } from './login/login.module.js';
import { OneTimeCodesModule } from './one-time-codes/one-time-codes.module.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { OAuthModule } from './oauth/oauth.module.js';
import { PasswordResetModule } from './password-reset/password-reset.module.js';
import { PasswordsModule } from './passwords/passwords.module.js';
import { RegistrationModule } from './registration/registration.module.js';
import { RolesModule } from './roles/roles.module.js';
import { SecondFactorsModule } from './second-factors/second-factors.module.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { SignInModule } from './sign-in/sign-in.module.js';
import { SignInNoticesModule } from './sign-in-notices/sign-in-notices.module.js';
import { StepUpModule } from './step-up/step-up.module.js';
import { TokensModule } from './tokens/tokens.module.js';

const MODULES = [
  AccountChangesModule,
  ApiKeysModule,
  AttemptsModule,
  EmailModule,
  EmailChangeModule,
  LoginModule,
  OneTimeCodesModule,
  PasskeysModule,
  OAuthModule,
  PasswordResetModule,
  PasswordsModule,
  RegistrationModule,
  RolesModule,
  SecondFactorsModule,
  SessionsModule,
  SignInModule,
  SignInNoticesModule,
  StepUpModule,
  TokensModule,
];

/** Registration, sign-in, sessions and tokens, without any transport. */
@Module({ imports: MODULES, exports: MODULES })
export class AuthModule {}
