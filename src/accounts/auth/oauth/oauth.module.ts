import { Module } from '@nestjs/common';
import { DatabaseModule } from '#libs/database';
import { accountsSchema } from '../../migrations/index.js';
import { UsersModule } from '../../users/index.js';
import { AccountChangesModule } from '../account-changes/account-changes.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignInMethodsModule } from '../sign-in/sign-in-methods.module.js';
import { SignInModule } from '../sign-in/sign-in.module.js';
import { AccountMatching } from './account-matching.js';
import { ExchangeCode } from './exchange-code.entity.js';
import { ExchangeCodes } from './exchange-codes.js';
import { ExchangeService } from './exchange.service.js';
import { IdentitiesService } from './identities.service.js';
import { Identity } from './identity.entity.js';
import { IdentityLinks } from './identity-links.js';
import { IdentityMethod } from './identity.method.js';
import { OAuthSignInService } from './oauth-sign-in.service.js';
import { Providers } from './providers/providers.js';
import { SignInStates } from './sign-in-state.js';

@Module({
  imports: [
    DatabaseModule.forFeature(accountsSchema, ExchangeCode, Identity),
    AccountChangesModule,
    RegistrationModule,
    SessionsModule,
    SignInMethodsModule,
    SignInModule,
    UsersModule,
  ],
  providers: [
    AccountMatching,
    ExchangeCodes,
    ExchangeService,
    IdentitiesService,
    IdentityLinks,
    IdentityMethod,
    OAuthSignInService,
    Providers,
    SignInStates,
  ],
  exports: [ExchangeService, IdentitiesService, OAuthSignInService, Providers],
})
export class OAuthModule {}
