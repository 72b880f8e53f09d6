import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { hashToken, randomToken } from '#libs/crypto';
import { EmailCipher, toUserResponse, type User } from '../../users/index.js';
import { ACCESS_TOKEN_SECONDS, AccessTokenService } from '../tokens/access-token.service.js';
import { RefreshTokenCodec } from '../tokens/refresh-token.js';
import type { SessionResponse } from './sessions.dto.js';
import { insertSession } from './session.repository.js';

/** A device that does not refresh for so long is signed out. */
export const SESSION_IDLE_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_USER_AGENT = 256;

/** The device, as the request tells. */
export interface Device {
  readonly userAgent: string | undefined;
  readonly ipAddress: string;
}

/** Begins sessions and makes the answer that every way to sign in ends with. */
@Injectable()
export class SessionIssuer {
  constructor(
    private readonly accessTokens: AccessTokenService,
    private readonly refreshTokens: RefreshTokenCodec,
    private readonly emails: EmailCipher,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** Writes a new session with the caller's EntityManager. */
  async begin(em: EntityManager, user: User, device: Device): Promise<SessionResponse> {
    const now = this.clock.now();
    const source = { id: this.ids.next(now), seed: randomToken() };
    const refreshToken = this.refreshTokens.issue(source, 0);
    await insertSession(em, {
      ...source,
      user: user.id,
      tokenHash: hashToken(refreshToken),
      userAgent: storableText(device.userAgent, MAX_USER_AGENT),
      ipAddress: device.ipAddress,
      createdAt: now,
      expiresAt: new Date(now.getTime() + SESSION_IDLE_MS),
    });
    return this.answer(user, source.id, refreshToken);
  }

  answer(user: User, sessionId: string, refreshToken: string): SessionResponse {
    return {
      accessToken: this.accessTokens.issue(user.id, sessionId, user.roles),
      tokenType: 'Bearer',
      expiresIn: ACCESS_TOKEN_SECONDS,
      refreshToken,
      user: toUserResponse(user, this.emails),
    };
  }
}

/** Header values are Latin-1 and of any length; what is kept is printable and short. */
function storableText(text: string | undefined, maxLength: number): string | null {
  return text?.replace(/[^\x20-\x7e]/g, '?').slice(0, maxLength) ?? null;
}
