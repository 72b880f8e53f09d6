import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader } from 'jose';
import { LRUCache } from 'lru-cache';
import { Clock, IdSource } from '#libs/clock';
import { AppConfig } from '../../../../config/index.js';
import { SigningKeys } from './signing-keys.js';

/** How long an access token lives. */
export const ACCESS_TOKEN_SECONDS = 600;
const MAX_REMEMBERED = 20_000;
const CLIENT_ID = 'gatehouse';
/** RFC 9068, section 2.1. */
const TYPE = { alg: 'ES256', typ: 'at+jwt' };

/** How and when the user proved who they are. */
export interface Authentication {
  /** RFC 8176. */
  readonly methods: readonly string[];
  readonly at: Date;
}

/** What a verified access token says. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface Payload {
  readonly sub: string;
  readonly sid: string;
  readonly exp: number;
}

/** Signs and verifies access tokens: JWTs as RFC 9068 profiles them, signed with ES256. */
@Injectable()
export class AccessTokenService {
  /** Verifying costs a hundred times what remembering does; the text of a token says everything about it. */
  private readonly verified = new LRUCache<string, AccessClaims>({ max: MAX_REMEMBERED });
  private readonly issuer: string;

  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    config: AppConfig,
  ) {
    this.issuer = config.publicUrl;
  }

  issue(
    userId: string,
    sessionId: string,
    roles: readonly string[],
    { methods, at }: Authentication,
  ): string {
    const iat = Math.floor(this.clock.millis() / 1000);
    return this.keys.current.jwt.sign(
      {
        iss: this.issuer,
        aud: this.issuer,
        sub: userId,
        client_id: CLIENT_ID,
        sid: sessionId,
        roles,
        // RFC 9068, section 2.2.1.
        auth_time: Math.floor(at.getTime() / 1000),
        amr: methods,
        jti: this.ids.next(),
        iat,
        exp: iat + ACCESS_TOKEN_SECONDS,
      },
      { header: TYPE },
    );
  }

  /** @returns undefined when the token is not one of ours, or no more */
  verify(token: string): AccessClaims | undefined {
    const claims = this.verified.get(token) ?? this.decode(token);
    if (!claims || claims.expiresAt <= this.clock.millis()) {
      this.verified.delete(token);
      return undefined;
    }
    return claims;
  }

  private decode(token: string): AccessClaims | undefined {
    try {
      const { kid, typ } = decodeProtectedHeader(token);
      const key = kid === undefined ? undefined : this.keys.find(kid);
      // RFC 9068, section 4: other kinds of JWT under the same key are no access tokens.
      if (!key || typ !== TYPE.typ) {
        return undefined;
      }
      const { sub, sid, exp } = key.jwt.verify<Payload>(token, {
        issuer: this.issuer,
        audience: this.issuer,
        // Expiry is checked at every use, and here against the same clock.
        ignoreExpiration: true,
      });
      const claims = { userId: sub, sessionId: sid, expiresAt: exp * 1000 };
      this.verified.set(token, claims);
      return claims;
    } catch {
      return undefined;
    }
  }
}
