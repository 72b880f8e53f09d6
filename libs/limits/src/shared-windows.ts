import { hashTag, type RedisConnection } from '#libs/redis';
import { type Hit, sliceMsOf, type Verdict } from './hit.js';

/** What a replica would like to have beyond the request that it asks for. */
export interface Lease {
  readonly extra: number;
  readonly leaseMs: number;
}

export interface Taken extends Verdict {
  /** How many more requests the replica may allow without asking again. */
  readonly leased: number;
}

/**
 * Keeps a list per key: how many requests there are, and then times and counts in turn, an entry for each slice of the window in
 * which there were some. Those that have left the window are removed. Redis runs the script atomically and with its
 * own clock, so replicas can't race each other or disagree about the time. Rejected requests aren't counted, so a caller who
 * keeps trying is served again as soon as the window allows it. Requests that are leased count from the end of their lease.
 * A lease takes up no more than a sixteenth of what's left, so that other replicas have theirs, and the last requests are
 * handed out singly.
 *
 * KEYS: the windows. ARGV for each: limit, window, block, slice and lease in milliseconds, how many are wanted, and how many
 * more to lease. Returns for each: allowed, leased, remaining, and reset in milliseconds.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply = {}
for i, key in ipairs(KEYS) do
  local given = {}
  for n = 1, 7 do
    given[n] = tonumber(ARGV[7 * i - 7 + n])
  end
  local limit, window, block, slice, lease, wanted, extra = unpack(given)
  local blocked = block > 0 and redis.call('PTTL', key .. ':blocked') or 0
  local count = tonumber(redis.call('LINDEX', key, 0) or 0)
  local oldest = tonumber(redis.call('LINDEX', key, 1) or '')
  while oldest and oldest <= now - window do
    count = count - redis.call('LPOP', key, 3)[3]
    redis.call('LPUSH', key, count)
    oldest = tonumber(redis.call('LINDEX', key, 1) or '')
  end
  local allowed, leased, reset = 0, 0, nil
  if blocked > 0 then
    count, reset = limit, blocked
  else
    allowed = math.max(0, math.min(wanted, limit - count))
    leased = math.min(extra, math.floor(math.max(0, limit - count - allowed) / 16))
    if block > 0 and allowed < wanted then
      redis.call('SET', key .. ':blocked', 1, 'PX', block)
      reset = block
    end
  end
  if allowed > 0 then
    local at = leased > 0 and now + lease or now
    local latest = oldest and tonumber(redis.call('LINDEX', key, -2))
    count = count + allowed + leased
    if not latest then
      redis.call('DEL', key)
      redis.call('RPUSH', key, count, at, allowed + leased)
      oldest = at
    elseif math.floor(latest / slice) >= math.floor(at / slice) then
      at = math.max(at, latest)
      redis.call('LSET', key, 0, count)
      redis.call('LSET', key, -2, at)
      redis.call('LSET', key, -1, redis.call('LINDEX', key, -1) + allowed + leased)
    else
      redis.call('LSET', key, 0, count)
      redis.call('RPUSH', key, at, allowed + leased)
    end
    redis.call('PEXPIRE', key, at - now + window)
  end
  reply[#reply + 1] = allowed
  reply[#reply + 1] = leased
  reply[#reply + 1] = math.max(0, limit - count)
  reply[#reply + 1] = reset or (oldest or now) + window - now
end
return reply`;

/** Takes requests out of the latest entries: those of leases that weren't used up. KEYS: the windows. ARGV: how many. */
const GIVE_BACK = `
for i, key in ipairs(KEYS) do
  local left = tonumber(ARGV[i])
  local total = tonumber(redis.call('LINDEX', key, 0) or 0)
  if total <= left then
    redis.call('DEL', key)
  else
    redis.call('LSET', key, 0, total - left)
    local count = tonumber(redis.call('LINDEX', key, -1))
    while count <= left do
      redis.call('RPOP', key, 2)
      left = left - count
      count = tonumber(redis.call('LINDEX', key, -1))
    end
    redis.call('LSET', key, -1, count - left)
  end
end`;

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
    await Promise.all(this.scriptsFor(batch).map((part) => this.send(part)));
  }

  /** On a cluster, each key is in a slot of its own, and a script can only use one. */
  private scriptsFor<T>(all: readonly T[]): (readonly T[])[] {
    return this.redis.isCluster ? all.map((one) => [one]) : [all];
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
