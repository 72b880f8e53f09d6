import type { OnModuleDestroy } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Outage } from '#libs/lifecycle';
import { type RedisConnection, redisOutage } from '#libs/redis';
import { countFromZero } from '#libs/telemetry';
import { type LimitName, LIMITS } from './policies.js';
import { type Hit, secondsUntilReset, type Verdict } from './hit.js';
import { ReplicaLimits } from './replica-limits.js';
import { SharedWindows } from './shared-windows.js';

/**
 * After a failure, don't try Redis for this long, so that during an outage only one request per second waits for the
 * timeout.
 */
const RETRY_AFTER_MS = 1000;
const MAX_CALLERS = 100_000;
/** How often to give back what's left of leases. */
const GIVE_BACK_MS = 100;

type StorageRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * The throttler's storage. Counts in Redis across all replicas, and only in this process while Redis is down: sign-ins
 * are never rejected because a cache is down.
 */
export class LimitStorage implements ThrottlerStorage, OnModuleDestroy {
  private readonly shared: SharedWindows;
  private readonly replica = new ReplicaLimits(MAX_CALLERS);
  private readonly outage: Outage;
  private readonly fallbacks: Counter;
  private readonly refusals: Counter<'limit'>;
  private readonly giving: NodeJS.Timeout;
  /** Answers that needed no round trip to Redis. */
  private certain = 0;
  private retryAt = 0;

  constructor(redis: RedisConnection, logger: Logger, registry: Registry) {
    this.shared = new SharedWindows(redis);
    this.giving = setInterval(() => void this.giveBack(performance.now()), GIVE_BACK_MS).unref();
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
    const answeredHere = (): number => this.certain;
    new Counter({
      name: 'gatehouse_rate_limit_certain_total',
      help: 'Requests that this replica allowed or rejected without asking Redis, because it could be certain.',
      registers: [registry],
      collect() {
        this.reset();
        this.inc(answeredHere());
      },
    });
    new Gauge({
      name: 'gatehouse_rate_limit_degraded',
      help: '1 while each replica enforces rate limits on its own because Redis is not responding.',
      registers: [registry],
      collect() {
        this.set(outage.active ? 1 : 0);
      },
    });
  }

  /** As the throttler calls it. */
  async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    name: string,
  ): Promise<StorageRecord> {
    const verdict = await this.count(hitOf({ limit, ttl, blockDuration }, key), name as LimitName);
    const seconds = secondsUntilReset(verdict);
    return {
      totalHits: limit - verdict.remaining,
      timeToExpire: seconds,
      isBlocked: !verdict.allowed,
      timeToBlockExpire: verdict.allowed ? 0 : seconds,
    };
  }

  /** @returns the verdict at once if this replica can be certain of it, or else a promise. It never rejects. */
  count(hit: Hit, name: LimitName): Verdict | Promise<Verdict> {
    const now = performance.now();
    const certain = this.replica.answer(hit, now);
    if (certain) {
      this.certain += 1;
      return this.note(certain, name);
    }
    if (now < this.retryAt) {
      return this.note(this.countAlone(hit, now), name);
    }
    const reply = this.shared.replyTo(hit.key);
    return reply ? reply.then(() => this.count(hit, name)) : this.ask(hit, name, now);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.giving);
    await this.giveBack(Number.POSITIVE_INFINITY);
  }

  private async ask(hit: Hit, name: LimitName, askedAt: number): Promise<Verdict> {
    try {
      const taken = await this.shared.take(hit, this.replica.leaseFor(hit, askedAt));
      this.outage.ended();
      return this.note(this.replica.record(hit, taken, askedAt, performance.now()), name);
    } catch (error) {
      const now = performance.now();
      this.retryAt = now + RETRY_AFTER_MS;
      this.outage.began(error);
      return this.note(this.countAlone(hit, now), name);
    }
  }

  private countAlone(hit: Hit, now: number): Verdict {
    this.fallbacks.inc();
    return this.replica.count(hit, now);
  }

  private note(verdict: Verdict, name: LimitName): Verdict {
    if (!verdict.allowed) {
      this.refusals.inc({ limit: name });
    }
    return verdict;
  }

  /** While Redis is down, leases that have ended count until they leave the window. */
  private async giveBack(now: number): Promise<void> {
    const unused = this.replica.takeUnused(now);
    if (unused.length > 0 && performance.now() >= this.retryAt) {
      await this.shared.giveBack(unused).catch((error: unknown) => this.outage.began(error));
    }
  }
}

/** For a limit in the throttler's terms, in milliseconds. */
export function hitOf(
  { limit, ttl, blockDuration = ttl }: { limit: number; ttl: number; blockDuration?: number },
  key: string,
): Hit {
  // By default, the throttler passes the window.
  const block = blockDuration === ttl ? {} : { blockMs: blockDuration };
  return { key: `limits:${key}`, limit, windowMs: ttl, ...block };
}
