import { Inject, Injectable } from '@nestjs/common';
import { BEARER } from '#libs/api';
import { Authentication, type Principal } from '#libs/permissions';
import { type Authenticator, AUTHENTICATORS } from './authenticator.js';

/** Recognizes callers by their bearer token (RFC 6750, section 2.1). */
@Injectable()
export class BearerAuthentication extends Authentication {
  constructor(@Inject(AUTHENTICATORS) private readonly authenticators: readonly Authenticator[]) {
    super();
  }

  override identify(authorization = ''): Principal | undefined | Promise<Principal | undefined> {
    const scheme = BEARER.exec(authorization)?.[0];
    return scheme === undefined ? undefined : this.ask(authorization.slice(scheme.length), 0);
  }

  /** Stays synchronous for cached tokens, which most are. */
  private ask(token: string, from: number): Principal | undefined | Promise<Principal | undefined> {
    for (let index = from; index < this.authenticators.length; index += 1) {
      const found = this.authenticators[index]?.authenticate(token);
      if (found instanceof Promise) {
        return found.then((principal) => principal ?? this.ask(token, index + 1));
      }
      if (found) {
        return found;
      }
    }
    return undefined;
  }
}
