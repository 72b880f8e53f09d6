import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Authentication, type Principal } from '#libs/permissions';

/**
 * Identifies the caller, so that rate limits can count the request for them. Rejects no one: `AccessGuard` does that
 * after the limits, so that guessing tokens is limited too.
 */
@Injectable()
export class IdentityGuard implements CanActivate {
  constructor(private readonly authentication: Authentication) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const found = this.authentication.identify(request.headers.authorization);
    return found instanceof Promise
      ? found.then((principal) => accept(request, principal))
      : accept(request, found);
  }
}

function accept(request: FastifyRequest, principal: Principal | undefined): true {
  if (principal) {
    request.principal = principal;
  }
  return true;
}
