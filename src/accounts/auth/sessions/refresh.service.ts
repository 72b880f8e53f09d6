import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Counter, Registry } from 'prom-client';
import { Clock } from '#libs/clock';
import { equalInConstantTime, hashToken } from '#libs/crypto';
import { commitThenThrow, Database } from '#libs/database';
import { AuditLog } from '../../audit/index.js';
import { User } from '../../users/index.js';
import { type PresentedToken, RefreshTokenCodec } from '../tokens/refresh-token.js';
import { SessionCache } from './session-cache.js';
import type { Rotation, Session } from './session.entity.js';
import { type Device, SessionIssuer } from './session-issuer.js';
import { lockSession } from './session.repository.js';
import type { SessionGrant } from './session-grant.js';
import { invalidRefreshToken, refreshTokenReused } from './sessions.errors.js';
import { refreshReuseDetected, sessionEnded } from './sessions.events.js';

/** Two tabs that wake up together may present the same token. Any later, it has probably been stolen. */
const RACE_WINDOW_MS = 10_000;

type ReuseListener = (em: EntityManager, user: User, device: Device) => Promise<void>;

/** Exchanges a refresh token for a new one (RFC 9700, section 4.14.2: rotation with reuse detection). */
@Injectable()
export class RefreshService {
  private readonly reuses: Counter;
  private onReuse: ReuseListener = () => Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly tokens: RefreshTokenCodec,
    private readonly issuer: SessionIssuer,
    private readonly cache: SessionCache,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    registry: Registry,
  ) {
    this.reuses = new Counter({
      name: 'gatehouse_refresh_token_reuses_total',
      help: 'Refresh tokens that were presented again, which ended their session.',
      registers: [registry],
    });
  }

  /**
   * @param device what presents the token
   * @throws Problem `invalid-refresh-token`, `refresh-token-reused`
   */
  async refresh(refreshToken: string, device: Device): Promise<SessionGrant> {
    const presented = this.tokens.parse(refreshToken);
    if (!presented) {
      throw invalidRefreshToken();
    }
    try {
      return await this.database.transaction((em) => this.exchange(em, presented, device));
    } catch (error) {
      if (refreshTokenReused.is(error)) {
        this.cache.ended([presented.sessionId]);
        this.reuses.inc();
      }
      throw error;
    }
  }

  /** Calls `listener` with what presented a token again, in the transaction that ends the session. */
  whenReused(listener: ReuseListener): void {
    this.onReuse = listener;
  }

  /** Signs out the device with this token, even if it isn't the latest. Does nothing for any other text. */
  async end(refreshToken: string): Promise<void> {
    const presented = this.tokens.parse(refreshToken);
    if (!presented) {
      return;
    }
    await this.database.transaction(async (em) => {
      const now = this.clock.now();
      const session = await lockSession(em, presented.sessionId);
      if (
        session &&
        isLive(session, now) &&
        (isCurrent(presented, session) || this.isFormer(presented, session))
      ) {
        endAt(session, now);
        const { id: target, user } = session;
        await this.audit.record(em, sessionEnded, { actor: user, subject: user, target });
      }
    });
    this.cache.ended([presented.sessionId]);
  }

  private async exchange(
    em: EntityManager,
    presented: PresentedToken,
    device: Device,
  ): Promise<SessionGrant> {
    const now = this.clock.now();
    const session = await lockSession(em, presented.sessionId);
    if (!session || !isLive(session, now)) {
      throw invalidRefreshToken();
    }
    const current = isCurrent(presented, session);
    // The generation in a forged token can be anything. Without a genuine MAC, it must not end anyone's session.
    if (!current && !this.isFormer(presented, session)) {
      throw invalidRefreshToken();
    }
    const issued = current ? undefined : this.successorInRace(session, presented.generation, now);
    // Check the user before rotating: a rejected token must not be used up, because it's valid again once the user may
    // sign in again.
    const user = await em.findOne(User, { id: session.user, status: 'active' });
    if (!current && issued === undefined) {
      endAt(session, now);
      const { id: target, user: subject } = session;
      await this.audit.record(em, refreshReuseDetected, { subject, target });
      if (user) {
        await this.onReuse(em, user, device);
      }
      commitThenThrow(refreshTokenReused());
    }
    if (!user) {
      throw invalidRefreshToken();
    }
    const authentication = { methods: session.methods, at: session.authenticatedAt };
    const refreshToken = issued ?? this.rotate(session, now);
    return this.issuer.grant(user, session, authentication, refreshToken);
  }

  private isFormer(presented: PresentedToken, session: Session): boolean {
    return presented.generation < session.generation && this.tokens.isGenuine(presented, session);
  }

  /** The token that replaced the one of this generation, if that happened within the race window. */
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
    session.expiresAt = this.issuer.expiryOf(session.createdAt, now);
    return successor;
  }
}

function isLive({ endedAt, expiresAt }: Session, now: Date): boolean {
  return !endedAt && expiresAt > now;
}

function isCurrent({ text }: PresentedToken, { tokenHash }: Session): boolean {
  return equalInConstantTime(hashToken(text), tokenHash);
}

/** Also expires it, so that the purge finds it. */
function endAt(session: Session, now: Date): void {
  session.endedAt = now;
  session.expiresAt = now;
}

/**
 * Drops rotations only from the front, because replicas' clocks differ and the position from the end identifies the
 * generation.
 */
function stillRecent(rotations: readonly Rotation[], now: Date): readonly Rotation[] {
  const first = rotations.findIndex((rotation) => isInRaceWindow(rotation, now));
  return first < 0 ? [] : rotations.slice(first);
}

function isInRaceWindow({ at }: Rotation, now: Date): boolean {
  return now.getTime() - at <= RACE_WINDOW_MS;
}
