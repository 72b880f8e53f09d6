import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock, IdSource } from '#libs/clock';
import { AppConfig } from '../../../../config/index.js';
import { type AccessClaims, TOKEN_TYPE, verifyAccessToken } from './access-token.verifier.js';
import { ALGORITHM, SigningKeys } from './signing-keys.js';

const MAX_CACHED = 20_000;
/** An ES256 signature, as the end of a token (RFC 7518, section 3.4). */
const SIGNATURE_LENGTH = 86;
const CLIENT_ID = 'gatehouse';

/** How and when the user proved who they are. */
export interface Authentication {
  /** RFC 8176. */
  readonly methods: readonly string[];
  readonly at: Date;
}

/** Whom a token is for. */
interface TokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly string[];
  /** The administrator who acts as the user. */
  readonly actorId?: string;
  /** What the product wants to find in the token. None of the names is one of ours. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

interface Verified {
  readonly token: string;
  readonly claims: AccessClaims;
}

/** Signs and verifies access tokens: JWTs that follow the RFC 9068 profile, signed with ES256. */
@Injectable()
export class AccessTokenService {
  /**
   * A cache, because verifying a signature takes a hundred times as long. Safe, because a token's text fully determines
   * its claims. By signature, because comparing two tokens takes less time than hashing one.
   */
  private readonly verified = new LRUCache<string, Verified>({ max: MAX_CACHED });
  private readonly verifying = new Map<string, Promise<AccessClaims | undefined>>();
  private readonly issuer: string;

  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    config: AppConfig,
  ) {
    this.issuer = config.publicUrl;
  }

  /** @param seconds how long the token is valid */
  issue(
    { userId, sessionId, roles, actorId, claims }: TokenSubject,
    { methods, at }: Authentication,
    seconds: number,
  ): string {
    const iat = Math.floor(this.clock.millis() / 1000);
    return this.keys.current.jwt.sign(
      {
        ...claims,
        iss: this.issuer,
        aud: this.issuer,
        sub: userId,
        // RFC 8693, section 4.1.
        ...(actorId === undefined ? {} : { act: { sub: actorId } }),
        client_id: CLIENT_ID,
        sid: sessionId,
        roles,
        // RFC 9068, section 2.2.1.
        auth_time: Math.floor(at.getTime() / 1000),
        amr: methods,
        jti: this.ids.next(),
        iat,
        exp: iat + seconds,
      },
      { header: { alg: ALGORITHM, typ: TOKEN_TYPE } },
    );
  }

  /**
   * Synchronous for tokens that were verified before, which most are.
   * @returns undefined if the token is invalid or expired
   */
  verify(token: string): AccessClaims | undefined | Promise<AccessClaims | undefined> {
    const found = this.verified.get(token.slice(-SIGNATURE_LENGTH));
    if (found?.token !== token) {
      return this.verifyFirst(token);
    }
    return found.claims.expiresAt <= this.clock.millis() ? undefined : found.claims;
  }

  /** Once for all requests that bring the token meanwhile: clients send several at once as soon as they have one. */
  private verifyFirst(token: string): Promise<AccessClaims | undefined> {
    const pending = this.verifying.get(token) ?? this.verifyAndCache(token);
    this.verifying.set(token, pending);
    return pending;
  }

  private async verifyAndCache(token: string): Promise<AccessClaims | undefined> {
    try {
      const claims = await verifyAccessToken(token, this.keys, {
        issuer: this.issuer,
        now: this.clock.now(),
      });
      if (claims) {
        this.verified.set(token.slice(-SIGNATURE_LENGTH), { token, claims });
      }
      return claims;
    } finally {
      this.verifying.delete(token);
    }
  }
}
