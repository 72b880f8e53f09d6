import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BEARER } from '#libs/api';
import type { Principal } from '#libs/http';
import { type Authenticator, AUTHENTICATORS } from './authenticator.js';

/**
 * Identifies the caller, so that rate limits can count the request for them. Rejects no one: `AccessGuard` does that
 * after the limits, so that guessing tokens is limited too.
 */
@Injectable()
export class IdentityGuard implements CanActivate {
  constructor(@Inject(AUTHENTICATORS) private readonly authenticators: readonly Authenticator[]) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { authorization = '' } = request.headers;
    const scheme = BEARER.exec(authorization)?.[0];
    return scheme === undefined ? true : this.identify(request, authorization.slice(scheme.length), 0);
  }

  /** Stays synchronous for cached tokens, which most are. */
  private identify(request: FastifyRequest, token: string, from: number): true | Promise<true> {
    for (let index = from; index < this.authenticators.length; index += 1) {
      const found = this.authenticators[index]?.authenticate(token);
      if (found instanceof Promise) {
        return found.then((principal) =>
          principal ? accept(request, principal) : this.identify(request, token, index + 1),
        );
      }
      if (found) {
        return accept(request, found);
      }
    }
    return true;
  }
}

function accept(request: FastifyRequest, principal: Principal): true {
  request.principal = principal;
  return true;
}
