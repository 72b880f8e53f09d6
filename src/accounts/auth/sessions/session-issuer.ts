import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { hashToken, randomToken } from '#libs/crypto';
import { printableUserAgent } from '#libs/text';
import { AuditLog } from '../../audit/index.js';
import { type User, UsersService } from '../../users/index.js';
import { AppConfig } from '../../../../config/index.js';
import { AccessTokenService, type Authentication } from '../tokens/access-token.service.js';
import { TokenClaims } from '../tokens/token-claims.js';
import { RefreshTokenCodec } from '../tokens/refresh-token.js';
import type { AccessGrant, SessionGrant } from './session-grant.js';
import type { Session } from './session.entity.js';
import { insertionOfSession } from './session.repository.js';
import { sessionStarted } from './sessions.events.js';

/** The device, as described by the request. */
export interface Device {
  readonly userAgent: string | undefined;
  readonly ipAddress: string;
  /** What it got at an earlier sign-in. See `KnownDevices`. */
  readonly token?: string | undefined;
  /** What it got when its user didn't want to be asked for a second factor again. See `TrustedDevices`. */
  readonly trust?: string | undefined;
}

/** Who is signing in, and how and when they proved who they are. */
interface SignedInUser extends Authentication {
  readonly user: User;
}

type Lasting = Pick<Session, 'id' | 'expiresAt'>;

export interface BegunSession {
  readonly id: string;
  readonly grant: SessionGrant;
}

/** Starts sessions and issues their tokens. */
@Injectable()
export class SessionIssuer {
  constructor(
    private readonly accessTokens: AccessTokenService,
    private readonly refreshTokens: RefreshTokenCodec,
    private readonly claims: TokenClaims,
    private readonly users: UsersService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly ids: IdSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * Stores a new session with the caller's EntityManager.
   * @returns undefined if all sessions were ended since the user was read, or the user was suspended
   */
  async begin(
    em: EntityManager,
    { user, ...authentication }: SignedInUser,
    device: Device,
  ): Promise<BegunSession | undefined> {
    const now = this.clock.now();
    const source = { id: this.ids.next(now), seed: randomToken() };
    const refreshToken = this.refreshTokens.issue(source, 0);
    const expiresAt = this.expiryOf(now, now);
    const { id } = source;
    const insertion = insertionOfSession({
      ...source,
      user: user.id,
      epoch: user.sessionEpoch,
      tokenHash: hashToken(refreshToken),
      authenticatedAt: authentication.at,
      methods: [...authentication.methods],
      userAgent: printableUserAgent(device.userAgent),
      ipAddress: device.ipAddress,
      createdAt: now,
      expiresAt,
    });
    const occurrence = { actor: user.id, subject: user.id, target: id };
    return (await this.audit.recordWith(em, insertion, sessionStarted, occurrence))
      ? { id, grant: this.grant(user, { id, expiresAt }, authentication, refreshToken) }
      : undefined;
  }

  /** When a session ends that has just been used: if it isn't used again, or when it has lasted long enough in all. */
  expiryOf(createdAt: Date, now: Date): Date {
    const { idleSeconds, maxSeconds } = this.config.sessions;
    return new Date(Math.min(now.getTime() + idleSeconds * 1000, createdAt.getTime() + maxSeconds * 1000));
  }

  /** Issues new tokens for a session. */
  grant(user: User, session: Lasting, authentication: Authentication, refreshToken: string): SessionGrant {
    return {
      user: this.users.profileOf(user),
      ...this.accessGrant(user, session, authentication),
      refreshToken,
    };
  }

  /** Issues an access token, which doesn't outlive its session. */
  accessGrant(user: User, { id, expiresAt }: Lasting, authentication: Authentication): AccessGrant {
    const left = Math.ceil((expiresAt.getTime() - this.clock.millis()) / 1000);
    const expiresIn = Math.min(this.config.sessions.accessTokenSeconds, left);
    return {
      accessToken: this.accessTokens.issue(
        {
          userId: user.id,
          sessionId: id,
          roles: user.roles,
          claims: this.claims.select(user.appMetadata),
        },
        authentication,
        expiresIn,
      ),
      expiresIn,
    };
  }
}
