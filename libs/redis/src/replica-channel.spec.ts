import { beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { hold } from '../../../test/support/fixture.js';
import { eventually } from '../../../test/support/servers.js';
import { createRedis, createSubscriber } from './redis.js';
import type { RedisConnection } from './redis-servers.js';
import { ReplicaChannel } from './replica-channel.js';
import { ReplicatedCache } from './replicated-cache.js';
import { useOwnRedis } from '../../../test/support/use-servers.js';

const MAX_UNSENT = 3;

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly seconds?: number;
}

describe('a replica that cannot publish', () => {
  const redis = useOwnRedis({ per: 'test' });
  let publisher: RedisConnection;
  let channels: [ReplicaChannel, ReplicaChannel];
  let heard: string[];
  /** How often the replica has checked that it hears the others. */
  let beats: number;
  let lines: LogLine[];
  let other: ReplicatedCache<string>;

  beforeEach(async () => {
    publisher = createRedis(redis.url);
    const subscriber = createSubscriber(redis.url);
    const ping = subscriber.ping.bind(subscriber);
    beats = 0;
    subscriber.ping = () => {
      beats += 1;
      return ping();
    };
    lines = [];
    const logger = pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line) as LogLine) });
    channels = [
      new ReplicaChannel(publisher, subscriber, logger, MAX_UNSENT),
      new ReplicaChannel(createRedis(redis.url), createSubscriber(redis.url), logger, MAX_UNSENT),
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

  it('keeps changes of the same key under several topics apart, and each once', async () => {
    const sessions: string[] = [];
    channels[1].on('sessions', (key) => sessions.push(key));
    for (const topic of ['test', 'sessions', 'test']) {
      channels[0].publish(topic, 'same key');
    }
    await publisher.connect();
    await eventually(() => expect([heard, sessions]).toEqual([['same key'], ['same key']]));
    publish(1);
    await eventually(() => expect(heard).toEqual(['same key', 'key 0']));
  });

  it('tells all listeners in its own process at once', () => {
    const own: string[] = [];
    channels[0].on('test', (key) => own.push(`first ${key}`));
    channels[0].on('test', (key) => own.push(`second ${key}`));
    publish(1);
    expect(own).toEqual(['first key 0', 'second key 0']);
  });

  it('logs the outage and its consequence once, and its end', async () => {
    publish(2);
    const consequence = 'changes made by other replicas are picked up from PostgreSQL every second';
    await eventually(() => expect(lines).toHaveLength(1));
    // It still hears the others, but that isn't the end.
    const before = beats;
    await eventually(() => expect(beats).toBeGreaterThan(before + 3));
    expect(lines).toHaveLength(1);
    publish(2);
    await publisher.connect();
    await eventually(() => expect(lines).toHaveLength(2));
    expect(lines).toMatchObject([
      { level: 40, msg: `Redis is not responding: ${consequence}` },
      {
        level: 30,
        msg: `Redis is responding again; this no longer applies: ${consequence}`,
        seconds: expect.any(Number),
      },
    ]);
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
