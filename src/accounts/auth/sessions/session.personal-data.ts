import type { EntityManager } from '@mikro-orm/postgresql';
import { accounts } from '#libs/contracts';
import { everyRow } from '#libs/database';
import { HoldsPersonalData, type PersonalData } from '#libs/personal-data';
import { findSessions } from './session.repository.js';

/** Also the sessions that have ended, until they are purged. */
@HoldsPersonalData(accounts, 'sessions')
export class SessionData implements PersonalData {
  async *collect(em: EntityManager, userId: string): AsyncGenerator<object> {
    for await (const session of everyRow((page) => findSessions(em, userId, page))) {
      const { id, userAgent, ipAddress, methods, authenticatedAt, rotatedAt, createdAt, expiresAt } = session;
      yield {
        id,
        userAgent,
        ipAddress,
        methods,
        authenticatedAt,
        lastUsedAt: rotatedAt,
        createdAt,
        expiresAt,
        endedAt: session.endedAt,
      };
    }
  }
}
