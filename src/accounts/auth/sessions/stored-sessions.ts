import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { AuditLog } from '../../audit/index.js';
import { LiveSessions } from '../../users/index.js';
import { endAllSessions } from './end-all-sessions.js';
import { SessionCache } from './session-cache.js';
import { requireLiveSession } from './session.repository.js';

/** Looks sessions up where they are stored: what's cached may be a moment old. */
@Injectable()
export class StoredSessions extends LiveSessions {
  constructor(
    private readonly cache: SessionCache,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async require(em: EntityManager, sessionId: string): Promise<void> {
    await requireLiveSession(em, sessionId);
  }

  override async endAll(em: EntityManager, userId: string): Promise<() => void> {
    const ids = await endAllSessions(em, this.audit, userId, this.clock.now());
    return () => this.cache.ended(ids);
  }
}
