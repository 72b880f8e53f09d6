import { Injectable } from '@nestjs/common';
import { type ImpersonationPrincipal, PermissionLookup } from '#libs/permissions';
import { UsersService } from '../../users/index.js';
import { impersonateUsers } from '../permissions/impersonation.permissions.js';
import { SessionCache } from '../sessions/session-cache.js';
import { AccessTokenService } from '../tokens/access-token.service.js';
import type { Authenticator } from './authenticator.js';
import { RolePolicy } from './role-policy.js';

/** Authenticates access tokens with which an administrator acts as a user. */
@Injectable()
export class ImpersonationAuthenticator implements Authenticator {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly sessions: SessionCache,
    private readonly users: UsersService,
    private readonly permissions: PermissionLookup,
    private readonly policy: RolePolicy,
  ) {}

  /** Only as long as the administrator is signed in and may do this, and the user may sign in. */
  async authenticate(token: string): Promise<ImpersonationPrincipal | undefined> {
    const claims = await this.tokens.verify(token);
    if (claims?.actorId === undefined) {
      return undefined;
    }
    const { userId, sessionId, actorId: impersonatorId, authenticatedAt } = claims;
    const session = await this.sessions.check(sessionId);
    const user = await this.users.findProfile(userId);
    if (session?.userId !== impersonatorId || user?.status !== 'active') {
      return undefined;
    }
    const impersonator = {
      kind: 'session',
      userId: impersonatorId,
      sessionId,
      authenticatedAt,
      ...this.policy.apply(session),
    } as const;
    if (!(await this.permissions.grants(impersonator, impersonateUsers))) {
      return undefined;
    }
    return {
      kind: 'impersonation',
      userId,
      sessionId,
      impersonator,
      ...this.policy.apply({ ...session, roles: user.roles }),
    };
  }
}
