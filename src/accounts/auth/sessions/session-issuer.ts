import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { hashToken, randomToken } from '#libs/crypto';
import { type User, UsersService } from '../../users/index.js';
import {
  ACCESS_TOKEN_SECONDS,
  AccessTokenService,
  type Authentication,
} from '../tokens/access-token.service.js';
import { RefreshTokenCodec } from '../tokens/refresh-token.js';
import type { SessionGrant } from './session-grant.js';
import { insertSession } from './session.repository.js';

/** A device that doesn't refresh for this long is signed out. */
export const SESSION_IDLE_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_USER_AGENT = 256;

/** The device, as described by the request. */
export interface Device {
  readonly userAgent: string | undefined;
  readonly ipAddress: string;
}

/** Who is signing in, and how and when they proved who they are. */
interface SignedInUser extends Authentication {
  readonly user: User;
}

/** Starts sessions and issues their tokens. */
@Injectable()
export class SessionIssuer {
  constructor(
    private readonly accessTokens: AccessTokenService,
    private readonly refreshTokens: RefreshTokenCodec,
    private readonly users: UsersService,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** Stores a new session with the caller's EntityManager. */
  async begin(
    em: EntityManager,
    { user, ...authentication }: SignedInUser,
    device: Device,
  ): Promise<SessionGrant> {
    const now = this.clock.now();
    const source = { id: this.ids.next(now), seed: randomToken() };
    const refreshToken = this.refreshTokens.issue(source, 0);
    await insertSession(em, {
      ...source,
      user: user.id,
      tokenHash: hashToken(refreshToken),
      authenticatedAt: authentication.at,
      methods: [...authentication.methods],
      userAgent: sanitizeText(device.userAgent, MAX_USER_AGENT),
      ipAddress: device.ipAddress,
      createdAt: now,
      expiresAt: new Date(now.getTime() + SESSION_IDLE_MS),
    });
    return this.grant(user, source.id, authentication, refreshToken);
  }

  /** Issues new tokens for a session. */
  grant(user: User, sessionId: string, authentication: Authentication, refreshToken: string): SessionGrant {
    return {
      user: this.users.profileOf(user),
      accessToken: this.accessTokens.issue(user.id, sessionId, user.roles, authentication),
      expiresIn: ACCESS_TOKEN_SECONDS,
      refreshToken,
    };
  }
}

/** Header values are Latin-1 and can have any length. We only store printable ASCII, truncated. */
function sanitizeText(text: string | undefined, maxLength: number): string | null {
  return text?.replace(/[^\x20-\x7e]/g, '?').slice(0, maxLength) ?? null;
}
