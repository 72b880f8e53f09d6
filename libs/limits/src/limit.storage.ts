import type { ThrottlerStorage } from '@nestjs/throttler';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Outage } from '#libs/lifecycle';
import { type RedisConnection, redisOutage } from '#libs/redis';
import { countFromZero } from '#libs/telemetry';
import { LIMITS } from './limited.js';
import { RedisSlidingWindow } from './redis-sliding-window.js';
import { type Hit, LocalSlidingWindow, type Verdict } from './sliding-window.js';

/**
 * After a failure, don't try Redis for this long, so that during an outage only one request per second waits for the
 * timeout.
 */
const RETRY_AFTER_MS = 1000;
const MAX_LOCAL_KEYS = 100_000;

type StorageRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * The throttler's storage. Counts in Redis across all replicas, and only in this process while Redis is down: sign-ins
 * are never rejected because a cache is down.
 */
export class LimitStorage implements ThrottlerStorage {
  private readonly shared: RedisSlidingWindow;
  private readonly local = new LocalSlidingWindow(MAX_LOCAL_KEYS);
  private readonly outage: Outage;
  private readonly fallbacks: Counter;
  private readonly refusals: Counter<'limit'>;
  private retryAt = 0;

  constructor(redis: RedisConnection, logger: Logger, registry: Registry) {
    this.shared = new RedisSlidingWindow(redis);
    this.outage = redisOutage(logger, 'each replica enforces rate limits on its own');
    this.fallbacks = new Counter({
      name: 'gatehouse_rate_limit_local_total',
      help: 'Requests counted by this replica alone because Redis did not respond.',
      registers: [registry],
    });
    this.refusals = new Counter({
      name: 'gatehouse_rate_limit_refused_total',
      help: 'Requests rejected with 429, by limit.',
      labelNames: ['limit'],
      registers: [registry],
    });
    countFromZero(
      this.refusals,
      LIMITS.map((limit) => ({ limit })),
    );
    const { outage } = this;
    new Gauge({
      name: 'gatehouse_rate_limit_degraded',
      help: '1 while each replica enforces rate limits on its own because Redis is not responding.',
      registers: [registry],
      collect() {
        this.set(outage.active ? 1 : 0);
      },
    });
  }

  async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    name: string,
  ): Promise<StorageRecord> {
    const { allowed, remaining, resetMs } = await this.hit({
      key: `limit:${key}`,
      limit,
      windowMs: ttl,
      // By default, the throttler passes the window.
      ...(blockDuration === ttl ? {} : { blockMs: blockDuration }),
    });
    if (!allowed) {
      this.refusals.inc({ limit: name });
    }
    const seconds = Math.ceil(resetMs / 1000);
    return {
      totalHits: limit - remaining,
      timeToExpire: seconds,
      isBlocked: !allowed,
      timeToBlockExpire: allowed ? 0 : seconds,
    };
  }

  private async hit(hit: Hit): Promise<Verdict> {
    if (performance.now() >= this.retryAt) {
      try {
        const verdict = await this.shared.hit(hit);
        this.outage.ended();
        return verdict;
      } catch (error) {
        this.retryAt = performance.now() + RETRY_AFTER_MS;
        this.outage.began(error);
      }
    }
    this.fallbacks.inc();
    return this.local.hit(hit, performance.now());
  }
}
