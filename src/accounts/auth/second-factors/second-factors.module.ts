import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { SignInMethodsModule } from '../sign-in/sign-in-methods.module.js';
import { AttemptsModule } from '../attempts/attempts.module.js';
import { EmailModule } from '../email/email.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AccountChangesModule } from '../account-changes/account-changes.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { GuessWarnings } from './guess-warnings.js';
import { MfaChallenge } from './mfa-challenge.entity.js';
import { MfaChallengesModule } from './mfa-challenges.module.js';
import { MfaSignInService } from './mfa-sign-in.service.js';
import { RecoveryCode } from './recovery-code.entity.js';
import { SecondFactorMethod } from './second-factor.method.js';
import { RecoveryCodeKind } from './recovery-code.kind.js';
import { RecoveryCodes } from './recovery-codes.js';
import { SecondFactorsService } from './second-factors.service.js';
import { TotpFactor } from './totp-factor.entity.js';
import { TotpKind } from './totp.kind.js';
import { TotpService } from './totp.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, MfaChallenge, RecoveryCode, TotpFactor),
    AccountChangesModule,
    AttemptsModule,
    EmailModule,
    MfaChallengesModule,
    SessionsModule,
    SignInModule,
    SignInMethodsModule,
    UsersModule,
  ],
  providers: [
    GuessWarnings,
    RecoveryCodeKind,
    TotpKind,
    SecondFactorMethod,
    MfaSignInService,
    RecoveryCodes,
    SecondFactorsService,
    TotpService,
  ],
  exports: [MfaSignInService, SecondFactorsService, TotpService],
})
export class SecondFactorsModule {}
