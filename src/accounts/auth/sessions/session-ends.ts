import { Injectable, Optional } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AuditOrigin } from '#libs/audit';
import { Clock } from '#libs/clock';
import { sessionEndedEvent } from '#libs/contracts';
import { Outbox } from '#libs/messaging';
import { endSessions } from './session.repository.js';

/** Ends sessions because of something else that happened to the account, which is what the audit log records. */
@Injectable()
export class SessionEnds {
  constructor(
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    @Optional() private readonly origin?: AuditOrigin,
  ) {}

  /**
   * Ends all sessions of a locked user in the caller's transaction, and says so to other services.
   * @param except the session that goes on, if there's one
   * @returns their IDs, for the cache, after the commit
   */
  async end(em: EntityManager, userId: string, except?: string): Promise<string[]> {
    const ended = await endSessions(em, userId, this.clock.now(), except === undefined ? 'all' : { except });
    if (ended.length > 0) {
      const origin = this.origin?.current();
      await this.outbox.append(em, sessionEndedEvent, userId, {
        actorId: origin?.userId ?? null,
        impersonatorId: origin?.impersonatorId ?? null,
        scope: except === undefined ? 'all' : 'others',
        sessionId: null,
      });
    }
    return ended;
  }
}
