import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { preconditionFailed } from '#libs/problem';
import { SessionCache } from './session-cache.js';
import type { Session } from './session.entity.js';
import { countLiveSessions, endSessions, findLiveSessions } from './session.repository.js';
import { sessionNotFound } from './sessions.errors.js';

/** The sessions of a user: the devices they are signed in on. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly cache: SessionCache,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  list(userId: string, page: PageRequest, withTotal: boolean): Promise<Slice<Session>> {
    const now = this.clock.now();
    return this.database.run(async (em) => ({
      ...sliceOf(await findLiveSessions(em, userId, now, page), page),
      ...(withTotal ? { total: await countLiveSessions(em, userId, now) } : {}),
    }));
  }

  /**
   * @param isExpected whether the caller's conditions hold for a session that exists
   * @throws Problem `session-not-found`, including for sessions of other users; `precondition-failed`
   */
  async end(userId: string, id: string, isExpected: () => boolean): Promise<void> {
    const now = this.clock.now();
    const ended = await this.database.transaction(async (em) => {
      const ids = await endSessions(em, userId, now, { only: id });
      if (ids.length === 0) {
        throw sessionNotFound();
      }
      if (!isExpected()) {
        throw preconditionFailed();
      }
      return ids;
    });
    this.cache.ended(ended);
  }

  async endOthers(userId: string, currentId: string): Promise<void> {
    const now = this.clock.now();
    const ended = await this.database.transaction((em) =>
      endSessions(em, userId, now, { except: currentId }),
    );
    this.cache.ended(ended);
  }

  /** Ends the current session. Does nothing if it has already ended. */
  async logout(userId: string, currentId: string): Promise<void> {
    const now = this.clock.now();
    this.cache.ended(await this.database.run((em) => endSessions(em, userId, now, { only: currentId })));
  }
}
