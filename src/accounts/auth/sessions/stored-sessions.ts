import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { LiveSessions } from '../../users/index.js';
import { requireLiveSession } from './session.repository.js';

/** Looks sessions up where they are stored: what's cached may be a moment old. */
@Injectable()
export class StoredSessions extends LiveSessions {
  override async require(em: EntityManager, sessionId: string): Promise<void> {
    await requireLiveSession(em, sessionId);
  }
}
