import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { CursorCodec, type CursorQuery, cursorsOf, sliceOf } from '#libs/api';
import { type Principal } from '#libs/http';
import { sessionNotFound } from '../auth.errors.js';
import { SessionCache } from './session-cache.js';
import type { Session } from './session.entity.js';
import { countLiveSessions, endSessions, findLiveSessions } from './session.repository.js';
import type { DeviceList, DeviceResponse } from './sessions.dto.js';

@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly cache: SessionCache,
    private readonly cursors: CursorCodec,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `invalid-cursor` */
  async list(caller: Principal, query: CursorQuery): Promise<DeviceList> {
    const list = `sessions:${caller.userId}`;
    const position = query.cursor === undefined ? null : this.cursors.decode(query.cursor, list);
    const request = { limit: query.limit, position };
    const now = this.clock.now();
    return this.database.read(async (em) => {
      const slice = sliceOf(await findLiveSessions(em, caller.userId, now, request), request);
      const page = cursorsOf(slice, this.cursors, list);
      return {
        items: slice.items.map((session) => toDevice(session, caller)),
        page: query.total ? { ...page, total: await countLiveSessions(em, caller.userId, now) } : page,
      };
    });
  }

  /** @throws Problem `session-not-found`, also for somebody else's session */
  async end(caller: Principal, id: string): Promise<void> {
    if ((await this.endWhere(caller, { only: id })) === 0) {
      throw sessionNotFound();
    }
  }

  async endOthers(caller: Principal): Promise<void> {
    await this.endWhere(caller, { except: caller.sessionId });
  }

  /** The own session; it may have ended in the meantime, which comes to the same. */
  async logout(caller: Principal): Promise<void> {
    await this.endWhere(caller, { only: caller.sessionId });
  }

  private async endWhere(caller: Principal, which: Parameters<typeof endSessions>[3]): Promise<number> {
    const ended = await this.database.read((em) => endSessions(em, caller.userId, this.clock.now(), which));
    this.cache.ended(ended);
    return ended.length;
  }
}

function toDevice(session: Session, caller: Principal): DeviceResponse {
  return {
    id: session.id,
    current: session.id === caller.sessionId,
    userAgent: session.userAgent,
    ipAddress: session.ipAddress,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.rotatedAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
  };
}
