import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type Clock, SharedClock } from '#libs/clock';
import { createRedis } from '#libs/redis';
import type { AppConfig } from '../../config/index.js';
import { parseRedisUrl } from '../../config/redis-url.js';
import { ProviderRates } from '../../src/notifications/channels/rates/provider-rates.js';
import { RateMetrics } from '../../src/notifications/channels/rates/rate-metrics.js';
import { hold } from './fixture.js';
import { redisUrl } from './servers.js';

interface GivenRates {
  /** Per minute. */
  readonly rates?: AppConfig['providerRates'];
  /** As in `REDIS_URL`. Without it, Redis is gone. */
  readonly url?: string;
  readonly clock?: Clock;
  readonly registry?: Registry;
}

/** The rates of a process, until the test is over. */
export async function holdProviderRates({
  rates = {},
  url,
  clock = new SharedClock(),
  registry = new Registry(),
}: GivenRates = {}): Promise<ProviderRates> {
  const redis = createRedis(parseRedisUrl(url ?? (await redisUrl())));
  await redis.connect();
  if (url === undefined) {
    redis.disconnect();
  } else {
    await hold(redis, (open) => open.disconnect());
  }
  const config = { providerRates: rates } as AppConfig;
  return new ProviderRates(config, redis, pino({ level: 'silent' }), clock, new RateMetrics(registry, clock));
}
