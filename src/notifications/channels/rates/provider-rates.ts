import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { Clock } from '#libs/clock';
import type { Outage } from '#libs/lifecycle';
import { REDIS, type RedisConnection, redisOutage } from '#libs/redis';
import { PINO } from '#libs/telemetry';
import { AppConfig } from '../../../../config/index.js';
import { ProviderPace } from './provider-pace.js';
import { RateMetrics } from './rate-metrics.js';
import { RedisSlots } from './redis-slots.js';
import type { SlotRequest, Turn } from './slot.js';
import { type SlotSchedule, takeSlot } from './slot-schedule.js';

/** After a failure, Redis is left alone for this long, so that few messages wait for its timeout. */
const RETRY_AFTER_MS = 1_000;
/** Users make up push services. Those used last are remembered. */
const MAX_LOCAL_SCHEDULES = 200;
const MINUTE_MS = 60_000;

/**
 * How many messages per minute each provider takes, across all processes. While Redis doesn't respond, each process keeps
 * to the rate on its own.
 */
@Injectable()
export class ProviderRates {
  private readonly shared: RedisSlots;
  private readonly local = new LRUCache<string, SlotSchedule>({ max: MAX_LOCAL_SCHEDULES });
  private readonly outage: Outage;
  private retryAt = 0;

  constructor(
    private readonly config: AppConfig,
    @Inject(REDIS) redis: RedisConnection,
    @Inject(PINO) logger: Logger,
    private readonly clock: Clock,
    private readonly metrics: RateMetrics,
  ) {
    this.shared = new RedisSlots(redis);
    this.outage = redisOutage(logger, 'each process keeps to the rates of providers on its own');
    metrics.watch(Object.keys(config.providerRates), () => this.outage.active);
  }

  /**
   * @param host of a push service, each of which has the rate of its own
   * @returns null if the provider takes as many as there are
   */
  paceOf(provider: keyof AppConfig['providerRates'], host?: string): ProviderPace | null {
    const perMinute = this.config.providerRates[provider];
    if (perMinute === undefined) {
      return null;
    }
    const key = host === undefined ? provider : `${provider}:${host}`;
    const intervalMs = MINUTE_MS / perMinute;
    return new ProviderPace(key, host ?? provider, async (waiting) => {
      const slot = waiting.slot?.provider === key ? waiting.slot : null;
      const request = { rank: waiting.rank, intervalMs, slot, before: waiting.before.getTime() };
      const now = this.clock.millis();
      const turn = await this.take(key, request, now);
      this.metrics.took(provider, waiting.rank, turn);
      return { ...turn, inMs: turn.at - now };
    });
  }

  private async take(key: string, request: SlotRequest, now: number): Promise<Turn> {
    if (performance.now() >= this.retryAt) {
      try {
        const turn = await this.shared.take(`provider-rate:${key}`, request, now);
        this.outage.ended();
        return turn;
      } catch (error) {
        this.retryAt = performance.now() + RETRY_AFTER_MS;
        this.outage.began(error);
      }
    }
    const { schedule, turn } = takeSlot(this.local.get(key), request, now);
    this.local.set(key, schedule);
    return turn;
  }
}
