import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Access, accessOf, callerOf, isAboutSigningIn, needsSession } from '#libs/api';
import { Clock } from '#libs/clock';
import { perHandler } from '#libs/http';
import { PermissionLookup, type Principal } from '#libs/permissions';
import { forbidden, requireRecentProof, secondFactorRequired, sessionRequired } from '#libs/problem';

/** RFC 6750, section 3.1. */
const INSUFFICIENT_SCOPE = { 'WWW-Authenticate': 'Bearer error="insufficient_scope"' };

/** Closed by default: routes without an access rule reject everyone. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly accessOf = perHandler(accessOf);

  constructor(
    private readonly permissions: PermissionLookup,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `unauthenticated`, `forbidden`, `second-factor-required`, `step-up-required` */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = this.accessOf(context);
    if (access?.kind === 'public') {
      return true;
    }
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = callerOf(request);
    if (principal.kind !== 'session' && isClosedTo(principal, access, request)) {
      throw sessionRequired({ headers: INSUFFICIENT_SCOPE });
    }
    request.actor = principal;
    const granted = this.grants(access, principal);
    return granted === true ? this.admit(access, principal) : this.settle(granted, access, principal);
  }

  private grants(access: Access | undefined, principal: Principal): boolean | Promise<boolean> {
    if (access?.kind !== 'requires') {
      return false;
    }
    return access.permission === null || this.permissions.grants(principal, access.permission);
  }

  /** A server can't prove again who it is. What that protects is closed to it, or needs a permission of the key. */
  private admit(access: Access | undefined, principal: Principal): true {
    if (access?.kind === 'requires' && access.recent && principal.kind === 'session') {
      requireRecentProof(principal.authenticatedAt, this.clock.now());
    }
    return true;
  }

  /** The slow path, for those who aren't admitted at once. */
  private async settle(
    granted: boolean | Promise<boolean>,
    access: Access | undefined,
    principal: Principal,
  ): Promise<true> {
    if (await granted) {
      return this.admit(access, principal);
    }
    const roles = [...principal.roles, ...principal.withheldRoles];
    const wouldBe =
      principal.withheldRoles.length > 0 && (await this.grants(access, { ...principal, roles }));
    const headers = INSUFFICIENT_SCOPE;
    throw wouldBe ? secondFactorRequired({ headers }) : forbidden({ headers });
  }
}

/**
 * How people sign in is theirs alone. Beyond that, a key only changes what it has a permission for, and an administrator
 * who acts as a user can't prove to be the user.
 */
function isClosedTo(
  { kind }: Principal,
  access: Access | undefined,
  { method, routeOptions: { url = '' } }: FastifyRequest,
): boolean {
  return kind === 'api-key'
    ? needsSession(access, method, url)
    : isAboutSigningIn(url) || (access?.kind === 'requires' && (access.recent || access.session));
}
