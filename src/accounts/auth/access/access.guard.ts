import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { grants } from '#libs/contracts';
import { type Access, accessOf } from '#libs/api';
import { forbidden, unauthenticated } from '#libs/problem';
import { SessionCache } from '../sessions/session-cache.js';
import type { SessionState } from '../sessions/session.repository.js';
import { type AccessClaims, AccessTokenService } from '../tokens/access-token.service.js';

/** RFC 6750, section 2.1. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Finds out who calls, before the limits count the request against them. It refuses nobody: that is `AccessGuard`'s
 * part, after the limits, so that guessing tokens is limited too.
 */
@Injectable()
export class IdentityGuard implements CanActivate {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly sessions: SessionCache,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const claims = token === undefined ? undefined : this.tokens.verify(token);
    if (!claims) {
      return true;
    }
    // Most requests find their session here, without waiting for a promise.
    const known = this.sessions.peek(claims.sessionId);
    if (known) {
      return identify(request, claims, known.state);
    }
    return this.sessions.check(claims.sessionId).then((state) => identify(request, claims, state));
  }
}

function identify(
  request: FastifyRequest,
  { userId, sessionId }: AccessClaims,
  state: SessionState | null,
): true {
  if (state) {
    request.principal = { userId, sessionId, roles: state.roles };
  }
  return true;
}

/** Closed by default: a route that says nothing of its callers lets nobody in. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly known = new WeakMap<object, Access | undefined>();

  /** @throws Problem `unauthenticated`, `forbidden` */
  canActivate(context: ExecutionContext): boolean {
    const access = this.accessOf(context);
    if (access?.kind === 'public') {
      return true;
    }
    const { principal, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!principal) {
      // RFC 6750, section 3.1: without credentials there is no error to name.
      const challenge = headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
      throw unauthenticated({ headers: { 'WWW-Authenticate': challenge } });
    }
    if (!access || (access.permission !== null && !grants(principal.roles, access.permission))) {
      throw forbidden();
    }
    return true;
  }

  private accessOf(context: ExecutionContext): Access | undefined {
    const handler = context.getHandler();
    if (!this.known.has(handler)) {
      this.known.set(handler, accessOf(handler, context.getClass()));
    }
    return this.known.get(handler);
  }
}
