import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { AuditLog } from '../../audit/index.js';
import { LiveSessions } from '../../users/index.js';
import { SessionCache } from './session-cache.js';
import { endSessions, requireLiveSession } from './session.repository.js';
import { sessionEnded } from './sessions.events.js';

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
    const ids = await endSessions(em, userId, this.clock.now(), 'all');
    await this.audit.record(em, sessionEnded, {
      subject: userId,
      target: 'all',
      isPublished: ids.length > 0,
    });
    return () => this.cache.ended(ids);
  }
}
