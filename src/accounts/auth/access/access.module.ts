import { Module } from '@nestjs/common';
import { RolesModule } from '../roles/roles.module.js';
import { StoredPermissions } from './stored-permissions.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { AUTHENTICATORS, type Authenticator } from './authenticator.js';
import { PermissionLookup } from './permission-lookup.js';
import { RolePolicy } from './role-policy.js';
import { SessionAuthenticator } from './session.authenticator.js';

/** Provides authenticators and permissions to the guards of the request pipeline. */
@Module({
  imports: [RolesModule, SessionsModule, TokensModule],
  providers: [
    RolePolicy,
    SessionAuthenticator,
    {
      provide: AUTHENTICATORS,
      inject: [SessionAuthenticator],
      useFactory: (...authenticators: Authenticator[]) => authenticators,
    },
    { provide: PermissionLookup, useClass: StoredPermissions },
  ],
  exports: [AUTHENTICATORS, PermissionLookup],
})
export class AccessModule {}
