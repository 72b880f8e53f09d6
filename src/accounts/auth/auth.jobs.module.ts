import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../migrations/index.js';
import { AuthPersonalDataModule } from './auth.personal-data.module.js';
import { AccountChangesPurge } from './account-changes/account-changes.purge.js';
import { FailedAttemptsPurge } from './attempts/failed-attempts.purge.js';
import { EmailChangeJobsModule } from './email-change/email-change.jobs.module.js';
import { EmailVerificationsPurge } from './email/email-verifications.purge.js';
import { ExchangeCodesPurge } from './oauth/exchange-codes.purge.js';
import { OneTimeCodesPurge } from './one-time-codes/one-time-codes.purge.js';
import { PasskeyChallengesPurge } from './passkeys/passkey-challenges.purge.js';
import { PasswordResetsPurge } from './password-reset/password-resets.purge.js';
import { MfaChallengesPurge } from './second-factors/mfa-challenges.purge.js';
import { SessionsPurge } from './sessions/sessions.purge.js';
import { SignInNoticesPurge } from './sign-in-notices/sign-in-notices.purge.js';

@Module({
  imports: [AuthPersonalDataModule, DatabaseModule.forFeature(accountsSchema), EmailChangeJobsModule],
  providers: [
    AccountChangesPurge,
    EmailVerificationsPurge,
    ExchangeCodesPurge,
    FailedAttemptsPurge,
    MfaChallengesPurge,
    OneTimeCodesPurge,
    PasskeyChallengesPurge,
    PasswordResetsPurge,
    SessionsPurge,
    SignInNoticesPurge,
  ],
})
export class AuthJobsModule {}
