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
import type { Rotation, Session } from './session.entity.js';
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
    const isCurrent = equalInConstantTime(hashToken(presented.text), session.tokenHash);
    // The count in a forged token is the forger's: without a genuine hash it must not end anybody's session.
    if (!isCurrent && !this.isFormer(presented, session)) {
      return { refused: invalidRefreshToken() };
    }
    const issued = isCurrent ? undefined : this.successorInRace(session, presented.generation, now);
    if (!isCurrent && issued === undefined) {
      session.endedAt = now;
      session.expiresAt = now;
      return { refused: refreshTokenReused(), ended: session.id };
    }
    // Before the rotation: a refusal must not use the token up, which is good again when the user may sign in again.
    const user = await em.findOne(User, { id: session.user, status: 'active' });
    return user
      ? { session: this.issuer.answer(user, session.id, issued ?? this.rotate(session, now)) }
      : { refused: invalidRefreshToken() };
  }

  private isFormer(presented: PresentedToken, session: Session): boolean {
    return presented.generation < session.generation && this.tokens.isGenuine(presented, session);
  }

  /** The very token that replaced the one of this generation, if that was a moment ago. */
  private successorInRace(session: Session, generation: number, now: Date): string | undefined {
    const rotation = session.recentRotations.at(generation - session.generation);
    return rotation && isInRaceWindow(rotation, now)
      ? this.tokens.reissue(session, generation + 1, rotation.tokenHash)
      : undefined;
  }

  private rotate(session: Session, now: Date): string {
    const successor = this.tokens.issue(session, session.generation + 1);
    const rotation = { at: now.getTime(), tokenHash: hashToken(successor) };
    session.recentRotations = [...stillRecent(session.recentRotations, now), rotation];
    session.generation += 1;
    session.tokenHash = rotation.tokenHash;
    session.rotatedAt = now;
    session.expiresAt = new Date(now.getTime() + SESSION_IDLE_MS);
    return successor;
  }
}

/** Only from the front, since replicas' clocks differ: the place from the end tells the generation. */
function stillRecent(rotations: readonly Rotation[], now: Date): readonly Rotation[] {
  const first = rotations.findIndex((rotation) => isInRaceWindow(rotation, now));
  return first < 0 ? [] : rotations.slice(first);
}

function isInRaceWindow({ at }: Rotation, now: Date): boolean {
  return now.getTime() - at <= RACE_WINDOW_MS;
}
