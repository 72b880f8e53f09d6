import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../migrations/index.js';
import { UsersModule } from '../users/index.js';
import { ApiKey } from './api-keys/api-key.entity.js';
import { ApiKeyData } from './api-keys/api-key.personal-data.js';
import { EmailChange } from './email-change/email-change.entity.js';
import { EmailChangeData } from './email-change/email-change.personal-data.js';
import { Identity } from './oauth/identity.entity.js';
import { IdentityData } from './oauth/identity.personal-data.js';
import { Passkey } from './passkeys/passkey.entity.js';
import { PasskeyData } from './passkeys/passkey.personal-data.js';
import { Password } from './passwords/password.entity.js';
import { PasswordData } from './passwords/password.personal-data.js';
import { RecoveryCode } from './second-factors/recovery-code.entity.js';
import { SecondFactorData } from './second-factors/second-factor.personal-data.js';
import { TotpFactor } from './second-factors/totp-factor.entity.js';
import { Session } from './sessions/session.entity.js';
import { SessionData } from './sessions/session.personal-data.js';

/** What is held about how users sign in, for workers, who sign nobody in. */
@Module({
  imports: [
    DatabaseModule.forFeature(
      accountsSchema,
      ApiKey,
      EmailChange,
      Identity,
      Passkey,
      Password,
      RecoveryCode,
      Session,
      TotpFactor,
    ),
    UsersModule,
  ],
  providers: [
    ApiKeyData,
    EmailChangeData,
    IdentityData,
    PasskeyData,
    PasswordData,
    SecondFactorData,
    SessionData,
  ],
})
export class AuthPersonalDataModule {}
