import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, lowestIdAt } from '#libs/clock';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { preconditionFailed } from '#libs/problem';
import { AuditLog } from '../../audit/index.js';
import { type ChangingUser, UsersService } from '../../users/index.js';
import { endAllSessions } from './end-all-sessions.js';
import { SessionCache } from './session-cache.js';
import type { Session } from './session.entity.js';
import {
  countLiveSessions,
  countUsersIn,
  endSessions,
  findLiveIds,
  findLiveSessions,
} from './session.repository.js';
import { sessionNotFound } from './sessions.errors.js';
import { sessionEnded } from './sessions.events.js';

/** The sessions of a user: the devices they are signed in on. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly cache: SessionCache,
    private readonly audit: AuditLog,
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

  /** How many users have signed in from a network since then, of those whom we still remember. At most `limit`. */
  countUsersIn(cidr: string, since: Date, limit: number): Promise<number> {
    return this.database.run((em) => countUsersIn(em, cidr, lowestIdAt(since), limit));
  }

  /**
   * @param isExpected whether the caller's conditions hold for a session that exists
   * @throws Problem `session-not-found`, including for sessions of other users; `precondition-failed`; `unauthenticated`
   */
  async end(caller: ChangingUser, id: string, isExpected: () => boolean): Promise<void> {
    const ended = await this.database.transaction(async (em) => {
      await this.users.lockCaller(em, caller);
      const ids = await endSessions(em, caller.userId, this.clock.now(), { only: id });
      if (ids.length === 0) {
        throw sessionNotFound();
      }
      if (!isExpected()) {
        throw preconditionFailed();
      }
      await this.audit.record(em, sessionEnded, { subject: caller.userId, target: id });
      return ids;
    });
    this.cache.ended(ended);
  }

  /** @throws Problem `unauthenticated` if this session has ended: those that have begun since then aren't its to end */
  async endOthers(caller: ChangingUser): Promise<void> {
    const ended = await this.database.transaction(async (em) => {
      await this.users.lockCaller(em, caller);
      const ids = await endSessions(em, caller.userId, this.clock.now(), { except: caller.sessionId });
      const isPublished = ids.length > 0;
      await this.audit.record(em, sessionEnded, {
        subject: caller.userId,
        target: 'all others',
        isPublished,
      });
      return ids;
    });
    this.cache.ended(ended);
  }

  /** Ends all sessions of a locked user in the caller's transaction. @returns their IDs. Pass them to `changed` */
  endAll(em: EntityManager, userId: string): Promise<string[]> {
    return endAllSessions(em, this.audit, userId, this.clock.now());
  }

  /** The IDs of these users' sessions. Pass them to `changed` after the commit. */
  findLive(em: EntityManager, userIds: readonly string[]): Promise<string[]> {
    return findLiveIds(em, userIds, this.clock.now());
  }

  /** Makes every replica read these sessions again, after the commit that changed them or the roles of their users. */
  changed(ids: readonly string[]): void {
    this.cache.changed(ids);
  }

  /** Ends the current session. Does nothing if it has already ended. */
  async logout(userId: string, currentId: string): Promise<void> {
    const now = this.clock.now();
    const ended = await this.database.transaction(async (em) => {
      const ids = await endSessions(em, userId, now, { only: currentId });
      if (ids.length > 0) {
        await this.audit.record(em, sessionEnded, { actor: userId, subject: userId, target: currentId });
      }
      return ids;
    });
    this.cache.ended(ended);
  }
}
