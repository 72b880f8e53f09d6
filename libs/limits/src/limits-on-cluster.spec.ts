import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createRedis, primariesOf } from '#libs/redis';
import { parseRedisUrl } from '../../../config/redis-url.js';
import { hold } from '../../../test/support/fixture.js';
import { useRedisCluster } from '../../../test/support/redis-topology.js';
import { eventually } from '../../../test/support/servers.js';
import { LimitStorage } from './limit.storage.js';

const CALLERS = Array.from({ length: 60 }, (_, n) => `caller ${n}`);
const MINUTE_MS = 60_000;

const cluster = useRedisCluster('any');

describe('on a cluster', () => {
  it('replicas share the limits of callers, whose counts are spread over the nodes', async () => {
    const replicas = [await startReplica(), await startReplica()] as const;
    const counts = await Promise.all(
      CALLERS.flatMap((caller) =>
        [...replicas, ...replicas].map(({ storage }) =>
          storage.increment(caller, MINUTE_MS, 3, MINUTE_MS, 'default'),
        ),
      ),
    );
    expect(counts.filter(({ isBlocked }) => !isBlocked)).toHaveLength(3 * CALLERS.length);
    for (const { admin } of cluster.primaries) {
      expect((await admin.keys('{limits:*}')).length).toBeGreaterThan(CALLERS.length / 10);
    }
    for (const { registry } of replicas) {
      expect(await registry.metrics()).toContain('gatehouse_rate_limit_local_total 0');
    }
  });

  it('blocks a caller who has exceeded a limit for as long as it says', async () => {
    const { storage } = await startReplica();
    const hit = () => storage.increment('blocked', MINUTE_MS, 1, 10 * MINUTE_MS, 'default');
    expect((await hit()).isBlocked).toBe(false);
    expect(await hit()).toMatchObject({ isBlocked: true, timeToBlockExpire: 600 });
  });
});

async function startReplica(): Promise<{ storage: LimitStorage; registry: Registry }> {
  const redis = createRedis(parseRedisUrl(cluster.url));
  await hold(redis, (open) => open.disconnect());
  await redis.connect();
  await eventually(() =>
    expect(primariesOf(redis).map(({ status }) => status)).toEqual(Array(3).fill('ready')),
  );
  const registry = new Registry();
  return { storage: new LimitStorage(redis, pino({ level: 'silent' }), registry), registry };
}
