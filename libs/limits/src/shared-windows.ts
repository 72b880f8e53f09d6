import { hashTag, type RedisConnection } from '#libs/redis';
import { type Hit, sliceMsOf, type Verdict } from './hit.js';
import { GIVE_BACK, TAKE } from './window-scripts.js';

/** What a replica would like to have beyond the request that it asks for. */
export interface Lease {
  readonly extra: number;
  readonly leaseMs: number;
}

export interface Taken extends Verdict {
  /** How many more requests the replica may allow without asking again. */
  readonly leased: number;
}

/** What's left of a lease at its end. */
export interface Unused {
  readonly key: string;
  readonly count: number;
}

/** Those of one caller that are sent together. */
interface PendingHits {
  readonly hit: Hit;
  readonly lease: Lease;
  readonly waiting: { resolve: (taken: Taken) => void; reject: (error: unknown) => void }[];
}

type ScriptRunner = RedisConnection & {
  gatehouseTake(keys: number, ...keysAndArguments: (string | number)[]): Promise<number[]>;
  gatehouseGiveBack(keys: number, ...keysAndCounts: (string | number)[]): Promise<null>;
};

/** Small enough that Redis counts the first batch while we are still reading the rest of a burst. */
const MAX_BATCH = 16;

/** Counts across all replicas. Requests that arrive in one turn of the event loop are sent to Redis in few calls. */
export class SharedWindows {
  private readonly redis: ScriptRunner;
  private pending = new Map<string, PendingHits>();
  private pendingHits = 0;
  /** Resolve once Redis has replied about a caller. */
  private readonly sent = new Map<string, Promise<void>>();

  constructor(redis: RedisConnection) {
    // ioredis sends EVALSHA, and falls back to EVAL if Redis doesn't have the script.
    redis.defineCommand('gatehouseTake', { lua: TAKE });
    redis.defineCommand('gatehouseGiveBack', { lua: GIVE_BACK });
    this.redis = redis as ScriptRunner;
  }

  /**
   * @param lease what to lease if the caller's limit allows it
   * @throws ioredis's error if Redis is down or too slow
   */
  take(hit: Hit, lease: Lease): Promise<Taken> {
    return new Promise((resolve, reject) => {
      const hits = this.pending.get(hit.key) ?? { hit, lease, waiting: [] };
      this.pending.set(hit.key, hits);
      hits.waiting.push({ resolve, reject });
      this.pendingHits += 1;
      if (this.pendingHits === 1) {
        setImmediate(() => void this.flush());
      } else if (this.pendingHits === MAX_BATCH) {
        void this.flush();
      }
    });
  }

  /**
   * Whether Redis is already being asked about a caller. Whoever waits for the reply may not have to ask, because it may come with
   * a lease.
   * @returns a promise that resolves once Redis has replied, or failed to
   */
  replyTo(key: string): Promise<void> | undefined {
    return this.sent.get(key);
  }

  /** @throws ioredis's error if Redis is down or too slow. Then they count until they leave the window. */
  async giveBack(unused: readonly Unused[]): Promise<void> {
    await Promise.all(
      this.scriptsFor(unused).map((batch) =>
        this.redis.gatehouseGiveBack(
          batch.length,
          ...batch.map(({ key }) => hashTag(this.redis, key)),
          ...batch.map(({ count }) => count),
        ),
      ),
    );
  }

  private async flush(): Promise<void> {
    const batch = [...this.pending.values()];
    if (batch.length === 0) {
      return;
    }
    this.pending = new Map();
    this.pendingHits = 0;
    await Promise.all(this.scriptsFor(batch).map((part) => this.sendAndTell(part)));
  }

  /** On a cluster, each key is in a slot of its own, and a script can only use one. */
  private scriptsFor<T>(all: readonly T[]): (readonly T[])[] {
    return this.redis.isCluster ? all.map((one) => [one]) : [all];
  }

  private async sendAndTell(batch: readonly PendingHits[]): Promise<void> {
    const sent = this.send(batch);
    batch.forEach(({ hit }) => this.sent.set(hit.key, sent));
    await sent;
    batch.forEach(({ hit }) => this.sent.delete(hit.key));
  }

  private async send(batch: readonly PendingHits[]): Promise<void> {
    try {
      const reply = await this.redis.gatehouseTake(
        batch.length,
        ...batch.map(({ hit }) => hashTag(this.redis, hit.key)),
        ...batch.flatMap(argumentsFor),
      );
      batch.forEach((hits, i) => settle(hits, reply.slice(4 * i, 4 * i + 4) as Reply));
    } catch (error) {
      batch.forEach(({ waiting }) => waiting.forEach(({ reject }) => reject(error)));
    }
  }
}

type Reply = [allowed: number, leased: number, remaining: number, resetMs: number];

function argumentsFor({ hit, lease, waiting }: PendingHits): number[] {
  const { limit, windowMs, blockMs = 0 } = hit;
  return [limit, windowMs, blockMs, sliceMsOf(hit), lease.leaseMs, waiting.length, lease.extra];
}

/** In the order in which they came. The first one gets the lease. */
function settle({ waiting }: PendingHits, [allowed, leased, remaining, resetMs]: Reply): void {
  waiting.forEach(({ resolve }, i) =>
    resolve({
      allowed: i < allowed,
      leased: i === 0 ? leased : 0,
      remaining: remaining + leased + Math.max(0, allowed - i - 1),
      resetMs,
    }),
  );
}
