import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { parseRedisUrl } from '../../../config/redis-url.js';
import { hold } from '../../../test/support/fixture.js';
import { DOWN_AFTER_MS, useRedisCluster, useSentinelGroup } from '../../../test/support/redis-topology.js';
import { eventually } from '../../../test/support/servers.js';
import { connectDedicated, createRedis, createSubscriber } from './redis.js';
import type { RedisConnection } from './redis-servers.js';
import { ReplicaChannel } from './replica-channel.js';
import { ReplicatedCache } from './replicated-cache.js';

/** How long a failover may take: until the primary is taken for dead, an election, and until we notice. */
const FAILOVER = { timeoutMs: DOWN_AFTER_MS + 10_000 };
const WATCH = { checkEveryMs: 1_000, ping: false };
const LIST = 'a list';
const KEYS = Array.from({ length: 30 }, (_, n) => `key ${n}`);

describe('behind Sentinel', () => {
  const group = useSentinelGroup();

  it('a cache drops an entry that another replica has invalidated', async () => {
    const replicas = await startReplicas(group.url);
    await invalidates(replicas);
  });

  it('connections leave a primary that was made a replica', async () => {
    const replicas = await startReplicas(group.url);
    const redis = await connect(group.url);
    await redis.set('key', 'before');
    await group.failOver();
    await eventually(async () => expect(await group.replica.admin.role()).toContain('master'), FAILOVER);
    await eventually(async () => {
      // Until then it has no reason to refuse this, and loses it.
      await redis.set('key', 'after');
      expect(await group.replica.admin.get('key')).toBe('after');
    }, FAILOVER);
    await eventually(() => invalidates(replicas), FAILOVER);
  });
});

describe('behind Sentinel, if a Sentinel is gone', () => {
  const group = useSentinelGroup();

  it('connections ask another one for the primary', async () => {
    process.kill(group.sentinels[0]?.pid ?? 0, 'SIGKILL');
    await invalidates(await startReplicas(group.url));
  });
});

describe('with TLS', () => {
  const group = useSentinelGroup({ tls: true });
  const cluster = useRedisCluster(LIST, { tls: true });

  it('caches are invalidated and commands sent, behind Sentinel and on a cluster', async () => {
    for (const { url } of [group, cluster]) {
      await invalidates(await startReplicas(url));
      const redis = await connect(url);
      await Promise.all(KEYS.map((key) => redis.set(key, 'value')));
    }
  });

  it('connections leave a primary that was made a replica', async () => {
    const redis = await connect(group.url);
    await group.failOver();
    await eventually(async () => expect(await group.replica.admin.role()).toContain('master'), FAILOVER);
    await eventually(async () => {
      await redis.set('key', 'after');
      expect(await group.replica.admin.get('key')).toBe('after');
    }, FAILOVER);
  });
});

describe('on a cluster', () => {
  const cluster = useRedisCluster(LIST);

  it('a cache drops an entry that another replica has invalidated, whichever nodes they have subscribed to', async () => {
    for (let round = 0; round < 3; round++) {
      await invalidates(await startReplicas(cluster.url));
    }
  });

  it('commands find the nodes of their keys', async () => {
    const redis = await connect(cluster.url);
    await Promise.all(KEYS.map((key) => redis.set(key, `value of ${key}`)));
    expect(await Promise.all(KEYS.map((key) => redis.get(key)))).toEqual(
      KEYS.map((key) => `value of ${key}`),
    );
    for (const { admin } of cluster.primaries) {
      expect(await admin.dbsize()).toBeGreaterThan(0);
    }
  });

  it('a blocking read moves on when its node is made a replica', async () => {
    const { redis, next } = await startReading();
    await cluster.failOver();
    await redis.rpush(LIST, 'second');
    expect(await next).toEqual([LIST, 'second']);
  }, 30_000);

  it('a blocking read moves on when its key is moved to another node', async () => {
    const { redis, next } = await startReading('moving');
    await cluster.move('moving');
    await eventually(() => redis.rpush('moving', 'second'));
    expect(await next).toEqual(['moving', 'second']);
  });

  it('everything goes on when a node vanishes and is replaced by its replica', async () => {
    const replicas = await startReplicas(cluster.url);
    const { redis, next } = await startReading();
    const { pid } = await cluster.replaceable();
    process.kill(pid, 'SIGSTOP');
    try {
      const startedAt = performance.now();
      await redis.get(LIST).catch(() => undefined);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      await eventually(() => redis.rpush(LIST, 'second'), FAILOVER);
      expect(await next).toEqual([LIST, 'second']);
      await eventually(() => Promise.all(KEYS.map((key) => redis.set(key, 'new'))), FAILOVER);
      await eventually(() => invalidates(replicas), FAILOVER);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }, 60_000);

  /** Connections of which one waits for the next entry of the list. */
  async function startReading(list = LIST): Promise<{ redis: RedisConnection; next: Promise<unknown> }> {
    const redis = await connect(cluster.url);
    const options = { maxRetriesPerRequest: null };
    const reader = connectDedicated(parseRedisUrl(cluster.url), WATCH, options, list);
    await hold(reader, (open) => open.disconnect());
    reader.on('error', () => undefined);
    await redis.rpush(list, 'first');
    expect(await reader.blpop(list, 0)).toEqual([list, 'first']);
    // A read that is interrupted fails, and Bull tries again.
    return { redis, next: eventually(() => reader.blpop(list, 0), FAILOVER) };
  }
});

async function connect(url: string): Promise<RedisConnection> {
  const redis = createRedis(parseRedisUrl(url));
  redis.on('error', () => undefined);
  await hold(redis, (open) => open.disconnect());
  await redis.connect();
  return redis;
}

interface Replica {
  readonly channel: ReplicaChannel;
  readonly cache: ReplicatedCache<string>;
}

async function startReplicas(url: string): Promise<[Replica, Replica]> {
  const servers = parseRedisUrl(url);
  const start = async (): Promise<Replica> => {
    const channel = new ReplicaChannel(
      createRedis(servers),
      createSubscriber(servers),
      pino({ level: 'silent' }),
    );
    await hold(channel.start(), () => channel.stop());
    await eventually(() => expect(channel.reliableSince).toBeDefined());
    return {
      channel,
      cache: new ReplicatedCache(channel, { topic: 'test', maxEntries: 10, maxAgeMs: 60_000 }),
    };
  };
  return [await start(), await start()];
}

/** In both directions, by a message and not by the age of the entry. */
async function invalidates(replicas: readonly [Replica, Replica]): Promise<void> {
  for (const [one, other] of [replicas, replicas.toReversed() as [Replica, Replica]]) {
    expect(other.channel.reliableSince).toBeDefined();
    await other.cache.get('key', () => Promise.resolve('old'));
    expect(other.cache.peek('key')).toBe('old');
    const heard = Promise.withResolvers<string>();
    other.channel.on('test', heard.resolve);
    one.cache.invalidate('key');
    expect(await heard.promise).toBe('key');
    expect(other.cache.peek('key')).toBeUndefined();
  }
}
