import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { equalInConstantTime, hashToken } from '#libs/crypto';
import { Database } from '#libs/database';
import type { Problem } from '#libs/problem';
import { User } from '../../users/index.js';
import { invalidRefreshToken, refreshTokenReused } from '../auth.errors.js';
import { type PresentedToken, RefreshTokenCodec } from '../tokens/refresh-token.js';
import { SessionCache } from './session-cache.js';
import type { Session } from './session.entity.js';
import { SESSION_IDLE_MS, SessionIssuer } from './session-issuer.js';
import { lockSession } from './session.repository.js';
import type { SessionResponse } from './sessions.dto.js';

/** Two tabs that woke up together may present the same token; after this long it was rather stolen. */
const RACE_WINDOW_MS = 10_000;

type Outcome = { readonly session: SessionResponse } | { readonly refused: Problem; readonly ended?: string };

/** Trades a refresh token for its successor (RFC 9700, section 4.14.2: rotation with reuse detection). */
@Injectable()
export class RefreshService {
  constructor(
    private readonly database: Database,
    private readonly tokens: RefreshTokenCodec,
    private readonly issuer: SessionIssuer,
    private readonly cache: SessionCache,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `invalid-refresh-token`, `refresh-token-reused` */
  async refresh(refreshToken: string): Promise<SessionResponse> {
    const presented = this.tokens.parse(refreshToken);
    if (!presented) {
      throw invalidRefreshToken();
    }
    // A refusal is returned, not thrown, since the end of a stolen session has to be committed.
    const outcome = await this.database.write((em) => this.trade(em, presented));
    if ('session' in outcome) {
      return outcome.session;
    }
    if (outcome.ended !== undefined) {
      this.cache.ended([outcome.ended]);
    }
    throw outcome.refused;
  }

  private async trade(em: EntityManager, presented: PresentedToken): Promise<Outcome> {
    const now = this.clock.now();
    const session = await lockSession(em, presented.sessionId);
    if (!session || session.endedAt || session.expiresAt <= now) {
      return { refused: invalidRefreshToken() };
    }
    if (equalInConstantTime(hashToken(presented.text), session.tokenHash)) {
      return this.answer(em, session, this.rotate(session, now));
    }
    // The count in a forged token is the forger's: without a genuine hash it must not end anybody's session.
    if (presented.generation >= session.generation || !this.tokens.isGenuine(presented, session)) {
      return { refused: invalidRefreshToken() };
    }
    const isRace =
      presented.generation === session.generation - 1 &&
      now.getTime() - session.rotatedAt.getTime() <= RACE_WINDOW_MS;
    const successor = isRace
      ? this.tokens.reissue(session, session.generation, session.tokenHash)
      : undefined;
    if (successor !== undefined) {
      return this.answer(em, session, successor);
    }
    session.endedAt = now;
    return { refused: refreshTokenReused(), ended: session.id };
  }

  private rotate(session: Session, now: Date): string {
    const successor = this.tokens.issue(session, session.generation + 1);
    session.generation += 1;
    session.tokenHash = hashToken(successor);
    session.rotatedAt = now;
    session.expiresAt = new Date(now.getTime() + SESSION_IDLE_MS);
    return successor;
  }

  private async answer(em: EntityManager, session: Session, refreshToken: string): Promise<Outcome> {
    const user = await em.findOne(User, { id: session.user, status: 'active' });
    return user
      ? { session: this.issuer.answer(user, session.id, refreshToken) }
      : { refused: invalidRefreshToken() };
  }
}
