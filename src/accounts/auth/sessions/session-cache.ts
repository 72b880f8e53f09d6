import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { ReplicaChannel, ReplicatedCache } from '#libs/redis';
import { findSessionState, type SessionState } from './session.repository.js';

const MAX_ENTRIES = 50_000;
/** What no message tells, such as a changed role, is noticed after this long. */
const MAX_AGE_MS = 30_000;

interface Checked {
  readonly state: SessionState | null;
}

/** Which sessions are live, as the guard asks at every request. Ending one is in force everywhere within a second. */
@Injectable()
export class SessionCache {
  private readonly cache: ReplicatedCache<Checked>;

  constructor(
    channel: ReplicaChannel,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.cache = new ReplicatedCache(channel, {
      topic: 'session',
      maxEntries: MAX_ENTRIES,
      maxAgeMs: MAX_AGE_MS,
    });
  }

  /** The state when it is known already: the fast way, without a promise. */
  peek(id: string): Checked | undefined {
    return this.cache.peek(id);
  }

  async check(id: string): Promise<SessionState | null> {
    const { state } = await this.cache.get(id, async () => ({
      state: await this.database.run((em) => findSessionState(em, id, this.clock.now())),
    }));
    return state;
  }

  /** To be called after the commit that ended these sessions. */
  ended(ids: readonly string[]): void {
    ids.forEach((id) => this.cache.invalidate(id));
  }
}
