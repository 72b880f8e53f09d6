import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { accessOf, callerOf } from '#libs/api';
import { perHandler } from '#libs/http';
import { forbidden } from '#libs/problem';
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
    const principal = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
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
