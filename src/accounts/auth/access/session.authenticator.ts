import { Injectable } from '@nestjs/common';
import type { SessionPrincipal } from '#libs/permissions';
import { SessionCache } from '../sessions/session-cache.js';
import type { SessionState } from '../sessions/session.repository.js';
import { AccessTokenService } from '../tokens/access-token.service.js';
import type { AccessClaims } from '../tokens/access-token.verifier.js';
import { withSecondFactor } from '../sign-in/proof.js';
import type { Authenticator } from './authenticator.js';
import { RolePolicy } from './role-policy.js';

/** Authenticates access tokens of active sessions. */
@Injectable()
export class SessionAuthenticator implements Authenticator {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly sessions: SessionCache,
    private readonly policy: RolePolicy,
  ) {}

  authenticate(token: string): SessionPrincipal | undefined | Promise<SessionPrincipal | undefined> {
    const claims = this.tokens.verify(token);
    return claims instanceof Promise
      ? claims.then((verified) => this.principalFor(verified))
      : this.principalFor(claims);
  }

  private principalFor(
    claims: AccessClaims | undefined,
  ): SessionPrincipal | undefined | Promise<SessionPrincipal | undefined> {
    if (claims?.actorId !== undefined || !claims) {
      return undefined;
    }
    const cached = this.sessions.peek(claims.sessionId);
    if (!cached) {
      return this.sessions.check(claims.sessionId).then((state) => this.principalOf(claims, state));
    }
    const principal = this.principalOf(claims, cached.state);
    // The session may have been stepped up on another replica a moment ago.
    return principal && principal.withheldRoles.length > 0 && withSecondFactor(claims.methods)
      ? this.sessions.recheck(claims.sessionId).then((state) => this.principalOf(claims, state))
      : principal;
  }

  /** Nobody if the session belongs to someone else, even though we have signed the token. */
  private principalOf(
    { userId, sessionId, authenticatedAt }: AccessClaims,
    state: SessionState | null,
  ): SessionPrincipal | undefined {
    if (state?.userId !== userId) {
      return undefined;
    }
    // Without a spread: this runs for every request.
    const { roles, withheldRoles } = this.policy.apply(state);
    return { kind: 'session', userId, sessionId, authenticatedAt, roles, withheldRoles };
  }
}
