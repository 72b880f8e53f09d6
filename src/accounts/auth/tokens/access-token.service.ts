import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader } from 'jose';
import { LRUCache } from 'lru-cache';
import { Clock, IdSource } from '#libs/clock';
import { AppConfig } from '../../../../config/index.js';
import { SigningKeys } from './signing-keys.js';

/** Lifetime of an access token, in seconds. */
export const ACCESS_TOKEN_SECONDS = 600;
const MAX_CACHED = 20_000;
const CLIENT_ID = 'gatehouse';
/** RFC 9068, section 2.1. */
const TYPE = { alg: 'ES256', typ: 'at+jwt' };

/** How and when the user proved who they are. */
export interface Authentication {
  /** RFC 8176. */
  readonly methods: readonly string[];
  readonly at: Date;
}

/** The claims of a verified access token. */
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

/** Signs and verifies access tokens: JWTs that follow the RFC 9068 profile, signed with ES256. */
@Injectable()
export class AccessTokenService {
  /**
   * A cache, because verifying a signature takes a hundred times as long. Safe, because a token's text fully determines
   * its claims.
   */
  private readonly verified = new LRUCache<string, AccessClaims>({ max: MAX_CACHED });
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

  /** @returns undefined if the token is invalid or expired */
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
      // RFC 9068, section 4: rejects other types of JWT signed with the same key.
      if (!key || typ !== TYPE.typ) {
        return undefined;
      }
      const { sub, sid, exp } = key.jwt.verify<Payload>(token, {
        issuer: this.issuer,
        audience: this.issuer,
        // `verify` checks the expiry at every use, with the injected clock.
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
