import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { accessOf } from '#libs/api';
import { perHandler } from '#libs/http';
import { forbidden, unauthenticated } from '#libs/problem';
import { BEARER } from './identity.guard.js';
import { PermissionLookup } from './permission-lookup.js';

/** Closed by default: routes without an access rule reject everyone. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly accessOf = perHandler(accessOf);

  constructor(private readonly permissions: PermissionLookup) {}

  /** @throws Problem `unauthenticated`, `forbidden` */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.accessOf(context);
    if (access?.kind === 'public') {
      return true;
    }
    const { principal, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!principal) {
      // RFC 6750, section 3.1: no error code if the request has no token.
      const challenge = BEARER.test(headers.authorization ?? '') ? 'Bearer error="invalid_token"' : 'Bearer';
      throw unauthenticated({ headers: { 'WWW-Authenticate': challenge } });
    }
    if (access?.permission === null) {
      return true;
    }
    const granted = access ? this.permissions.grants(principal, access.permission) : false;
    return typeof granted === 'boolean' ? requireGrant(granted) : granted.then(requireGrant);
  }
}

function requireGrant(granted: boolean): true {
  if (!granted) {
    throw forbidden({ headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' } });
  }
  return true;
}
