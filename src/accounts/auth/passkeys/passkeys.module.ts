import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AccountChangesModule } from '../account-changes/account-changes.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { SignInMethodsModule } from '../sign-in/sign-in-methods.module.js';
import { Passkey } from './passkey.entity.js';
import { PasskeyKind } from './passkey.kind.js';
import { PasskeyMethod } from './passkey.method.js';
import { PasskeyChallenge } from './passkey-challenge.entity.js';
import { PasskeyChallenges } from './passkey-challenges.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';
import { PasskeysService } from './passkeys.service.js';
import { WebAuthn } from './webauthn.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, Passkey, PasskeyChallenge),
    SessionsModule,
    AccountChangesModule,
    SignInMethodsModule,
    SignInModule,
    UsersModule,
  ],
  providers: [PasskeyChallenges, PasskeyKind, PasskeyMethod, PasskeySignInService, PasskeysService, WebAuthn],
  exports: [PasskeySignInService, PasskeysService],
})
export class PasskeysModule {}
