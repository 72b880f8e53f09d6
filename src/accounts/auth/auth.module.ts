import { Module } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { UsersModule } from '../users/index.js';
import { EmailVerificationService } from './email/email-verification.service.js';
import { LoginService } from './passwords/login.service.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { PasswordPolicy } from './passwords/password-policy.js';
import { RegistrationService } from './registration/registration.service.js';
import { RefreshService } from './sessions/refresh.service.js';
import { SessionCache } from './sessions/session-cache.js';
import { SessionIssuer } from './sessions/session-issuer.js';
import { SessionsService } from './sessions/sessions.service.js';
import { AccessTokenService } from './tokens/access-token.service.js';
import { RefreshTokenCodec } from './tokens/refresh-token.js';
import { SigningKeys } from './tokens/signing-keys.js';

/** Registration, sign-in, sessions and tokens, without any transport. */
@Module({
  imports: [UsersModule],
  providers: [
    {
      provide: SigningKeys,
      inject: [AppConfig],
      useFactory: ({ keys }: AppConfig) => SigningKeys.load(keys.jwtPrivateKeys),
    },
    AccessTokenService,
    EmailVerificationService,
    LoginService,
    PasswordHasher,
    PasswordPolicy,
    RefreshService,
    RefreshTokenCodec,
    RegistrationService,
    SessionCache,
    SessionIssuer,
    SessionsService,
  ],
  exports: [
    AccessTokenService,
    EmailVerificationService,
    LoginService,
    PasswordHasher,
    RefreshService,
    RegistrationService,
    SessionCache,
    SessionsService,
    SigningKeys,
    UsersModule,
  ],
})
export class AuthModule {}
