import { hashTag, type RedisConnection } from '#libs/redis';
import type { Hit, Verdict } from './sliding-window.js';

/**
 * Keeps a log of timestamps per key, in a list. Timestamps that have left the window are popped, and the new one is
 * pushed if there is room. Redis runs the script atomically and with its own clock, so replicas can't race each other
 * or disagree about the time. Rejected requests aren't logged, so a caller who keeps trying is served again as soon as
 * the window allows it.
 *
 * KEYS: the windows. ARGV: limit, window and block in milliseconds for each, or once if they are the same for all. Returns
 * for each: allowed, remaining, and reset in milliseconds.
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply = {}
for i, key in ipairs(KEYS) do
  local at = #ARGV == 3 and 1 or 3 * i - 2
  local limit, window, block = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local blocked = block > 0 and redis.call('PTTL', key .. ':blocked') or 0
  local oldest = redis.call('LINDEX', key, 0)
  while oldest and tonumber(oldest) <= now - window do
    redis.call('LPOP', key)
    oldest = redis.call('LINDEX', key, 0)
  end
  local count = redis.call('LLEN', key)
  local allowed, reset = 0, nil
  if blocked > 0 then
    count, reset = limit, blocked
  elseif count < limit then
    count = redis.call('RPUSH', key, now)
    redis.call('PEXPIRE', key, window)
    allowed = 1
  elseif block > 0 then
    redis.call('SET', key .. ':blocked', 1, 'PX', block)
    reset = block
  end
  reply[#reply + 1] = allowed
  reply[#reply + 1] = limit - count
  reply[#reply + 1] = reset or (oldest and tonumber(oldest) or now) + window - now
end
return reply`;

interface PendingHit {
  readonly hit: Hit;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: unknown) => void;
}

type ScriptRunner = RedisConnection & {
  gatehouseHit(keys: number, ...keysAndArguments: (string | number)[]): Promise<number[]>;
};

/** Small enough that Redis counts the first batch while we are still reading the rest of a burst. */
const MAX_BATCH = 16;

/** Counts across all replicas. Requests that arrive in one turn of the event loop are sent to Redis in few calls. */
export class RedisSlidingWindow {
  private readonly redis: ScriptRunner;
  private pending: PendingHit[] = [];

  constructor(redis: RedisConnection) {
    // ioredis sends EVALSHA, and falls back to EVAL if Redis doesn't have the script.
    redis.defineCommand('gatehouseHit', { lua: SCRIPT });
    this.redis = redis as ScriptRunner;
  }

  /** @throws ioredis's error if Redis is down or too slow */
  hit(hit: Hit): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      const count = this.pending.push({ hit, resolve, reject });
      if (count === 1) {
        setImmediate(() => void this.flush());
      } else if (count === MAX_BATCH) {
        void this.flush();
      }
    });
  }

  private async flush(): Promise<void> {
    const batch = this.pending;
    if (batch.length === 0) {
      return;
    }
    this.pending = [];
    // Each key is in a slot of its own, and a script can only use one.
    const batches = this.redis.isCluster ? Map.groupBy(batch, ({ hit }) => hit.key).values() : [batch];
    await Promise.all([...batches].map((part) => this.send(part)));
  }

  private async send(batch: readonly PendingHit[]): Promise<void> {
    try {
      const reply = await this.redis.gatehouseHit(
        batch.length,
        ...batch.map(({ hit }) => hashTag(this.redis, hit.key)),
        ...policiesOf(batch),
      );
      batch.forEach(({ resolve }, i) => {
        const [allowed, remaining, resetMs] = reply.slice(3 * i, 3 * i + 3) as [number, number, number];
        resolve({ allowed: allowed === 1, remaining, resetMs });
      });
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    }
  }
}

/** Once, if it is the same for all, as it nearly always is. */
function policiesOf(batch: readonly PendingHit[]): number[] {
  const [first, ...policies] = batch.map(({ hit }) => [hit.limit, hit.windowMs, hit.blockMs ?? 0]);
  const isSame = (policy: readonly number[]): boolean => policy.every((value, i) => value === first?.[i]);
  return policies.every(isSame) ? (first ?? []) : [...(first ?? []), ...policies.flat()];
}
