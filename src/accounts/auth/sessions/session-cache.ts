import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { ReplicaChannel, ReplicatedCache } from '#libs/redis';
import { findSessionState, type SessionState } from './session.repository.js';

const MAX_ENTRIES = 50_000;
/** Changes without an invalidation, such as changed roles, take effect after this long. */
const MAX_AGE_MS = 30_000;

interface Checked {
  readonly state: SessionState | null;
}

/**
 * Caches which sessions are active, because the guard checks that for every request. Ending a session takes effect on
 * all replicas within a second.
 */
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

  /** The cached state, if any: the synchronous fast path. */
  peek(id: string): Checked | undefined {
    return this.cache.peek(id);
  }

  async check(id: string): Promise<SessionState | null> {
    const { state } = await this.cache.get(id, async () => ({
      state: await this.database.run((em) => findSessionState(em, id, this.clock.now())),
    }));
    return state;
  }

  /** Reads the session again, for a caller whose token knows of something later than what's cached. */
  recheck(id: string): Promise<SessionState | null> {
    this.cache.forget(id);
    return this.check(id);
  }

  /** Drops these sessions on all replicas. Call it after the commit that ended them. */
  ended(ids: readonly string[]): void {
    ids.forEach((id) => this.cache.invalidate(id));
  }

  /** The same, after the commit that changed how their users have proved who they are. */
  changed(ids: readonly string[]): void {
    this.ended(ids);
  }
}
