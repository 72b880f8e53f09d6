import { Global, Module } from '@nestjs/common';
import { Authentication, PermissionLookup } from '#libs/permissions';
import { UsersModule } from '../../users/index.js';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { StoredPermissions } from './stored-permissions.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { AUTHENTICATORS, type Authenticator } from './authenticator.js';
import { BearerAuthentication } from './bearer-authentication.js';
import { ApiKeyAuthenticator } from './api-key.authenticator.js';
import { ImpersonationAuthenticator } from './impersonation.authenticator.js';
import { RolePolicy } from './role-policy.js';
import { SessionAuthenticator } from './session.authenticator.js';

/** Provides who callers are and what they may do to the guards of the request pipeline, and to controllers anywhere. */
@Global()
@Module({
  imports: [ApiKeysModule, RolesModule, SessionsModule, TokensModule, UsersModule],
  providers: [
    RolePolicy,
    ApiKeyAuthenticator,
    ImpersonationAuthenticator,
    SessionAuthenticator,
    {
      provide: AUTHENTICATORS,
      inject: [SessionAuthenticator, ApiKeyAuthenticator, ImpersonationAuthenticator],
      useFactory: (...authenticators: Authenticator[]) => authenticators,
    },
    { provide: Authentication, useClass: BearerAuthentication },
    { provide: PermissionLookup, useClass: StoredPermissions },
  ],
  exports: [Authentication, PermissionLookup],
})
export class AccessModule {}
