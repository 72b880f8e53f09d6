import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { hold } from '../../../test/support/fixture.js';
import { eventually } from '../../../test/support/servers.js';
import { createRedis } from './redis.js';
import { ReplicaChannel } from './replica-channel.js';
import { ReplicatedCache } from './replicated-cache.js';
import { useOwnRedis } from '../../../test/support/use-servers.js';

const MAX_UNSENT = 3;

describe('a replica that cannot publish', () => {
  const redis = useOwnRedis({ per: 'test' });
  let publisher: Redis;
  let channels: [ReplicaChannel, ReplicaChannel];
  let heard: string[];
  let other: ReplicatedCache<string>;

  beforeEach(async () => {
    publisher = createRedis(redis.url);
    const logger = pino({ level: 'silent' });
    channels = [
      new ReplicaChannel(publisher, createRedis(redis.url), logger, MAX_UNSENT),
      new ReplicaChannel(createRedis(redis.url), createRedis(redis.url), logger, MAX_UNSENT),
    ];
    await Promise.all(channels.map((channel) => hold(channel.start(), () => channel.stop())));
    await eventually(() =>
      expect(channels.map((channel) => typeof channel.reliableSince)).toEqual(['number', 'number']),
    );
    heard = [];
    channels[1].on('test', (key) => heard.push(key));
    other = new ReplicatedCache(channels[1], { topic: 'test', maxEntries: 100, maxAgeMs: 60_000 });
    publisher.disconnect();
    await eventually(() => expect(publisher.status).toBe('end'));
  });

  it('publishes a few changes later, one by one', async () => {
    await other.get('untouched', () => Promise.resolve('still right'));
    publish(MAX_UNSENT);
    await publisher.connect();
    await eventually(() => expect(heard.sort()).toEqual(['key 0', 'key 1', 'key 2']));
    expect(other.peek('untouched')).toBe('still right');
  });

  it('limits what it keeps, and makes the other replicas reread everything instead', async () => {
    await other.get('key 0', () => Promise.resolve('old'));
    publish(50);
    await publisher.connect();
    await eventually(() => expect(other.peek('key 0')).toBeUndefined());
    expect(heard.length).toBeLessThanOrEqual(MAX_UNSENT);
    await other.get('key 0', () => Promise.resolve('new'));
    expect(other.peek('key 0')).toBe('new');
  });

  function publish(count: number): void {
    Array.from({ length: count }, (_, n) => channels[0].publish('test', `key ${n}`));
  }
});
