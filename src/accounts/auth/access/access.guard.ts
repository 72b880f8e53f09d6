import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Access, accessOf, callerOf } from '#libs/api';
import { Clock } from '#libs/clock';
import { perHandler, type Principal } from '#libs/http';
import { forbidden } from '#libs/problem';
import { PermissionLookup } from './permission-lookup.js';
import { requireRecentProof } from '../sign-in/recent-proof.js';

/** Closed by default: routes without an access rule reject everyone. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly accessOf = perHandler(accessOf);

  constructor(
    private readonly permissions: PermissionLookup,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `unauthenticated`, `forbidden`, `step-up-required` */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.accessOf(context);
    if (access?.kind === 'public') {
      return true;
    }
    const principal = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
    const granted = this.grants(access, principal);
    return typeof granted === 'boolean'
      ? this.admit(granted, access, principal)
      : granted.then((isGranted) => this.admit(isGranted, access, principal));
  }

  private grants(access: Access | undefined, principal: Principal): boolean | Promise<boolean> {
    if (access?.kind !== 'requires') {
      return false;
    }
    return access.permission === null || this.permissions.grants(principal, access.permission);
  }

  private admit(granted: boolean, access: Access | undefined, { authenticatedAt }: Principal): true {
    if (!granted) {
      throw forbidden({ headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' } });
    }
    if (access?.kind === 'requires' && access.recent) {
      requireRecentProof(authenticatedAt, this.clock.now());
    }
    return true;
  }
}
