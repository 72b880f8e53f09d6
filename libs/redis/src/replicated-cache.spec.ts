import { beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { hold } from '../../../test/support/fixture.js';
import { eventually } from '../../../test/support/servers.js';
import { createRedis, createSubscriber } from './redis.js';
import { ReplicaChannel } from './replica-channel.js';
import { ReplicatedCache } from './replicated-cache.js';
import { useOwnRedis } from '../../../test/support/use-servers.js';

/** So that a heartbeat is sent after the longest silence that is put up with, and before the connection is given up. */
const FROZEN_MS = 1_500;
const OPTIONS = { topic: 'test', maxEntries: 10, maxAgeMs: 60_000 };

describe('ReplicatedCache', () => {
  const redis = useOwnRedis({ per: 'test' });
  let channels: ReplicaChannel[];
  let caches: [ReplicatedCache<string>, ReplicatedCache<string>];

  beforeEach(async () => {
    const logger = pino({ level: 'silent' });
    channels = [1, 2].map(
      () => new ReplicaChannel(createRedis(redis.url), createSubscriber(redis.url), logger),
    );
    await Promise.all(channels.map((channel) => hold(channel.start(), () => channel.stop())));
    await eventually(() =>
      expect(channels.every((channel) => channel.reliableSince !== undefined)).toBe(true),
    );
    caches = channels.map((channel) => new ReplicatedCache<string>(channel, OPTIONS)) as typeof caches;
  });

  it('loads a value once for concurrent readers', async () => {
    let reads = 0;
    const load = () => Promise.resolve(`value ${++reads}`);
    await Promise.all([caches[0].get('a', load), caches[0].get('a', load)]);
    expect(await caches[0].get('a', load)).toBe('value 1');
  });

  it('drops an entry that another replica invalidated, within a second', async () => {
    await caches[1].get('a', () => Promise.resolve('old'));
    caches[0].invalidate('a');
    await eventually(() => expect(caches[1].peek('a')).toBeUndefined(), { timeoutMs: 1000 });
  });

  it('does not keep a value that was read before an invalidation and arrived after it', async () => {
    const reading = Promise.withResolvers<string>();
    const answer = caches[0].get('a', () => reading.promise);
    caches[0].invalidate('a');
    reading.resolve('read before the change');
    expect(await answer).toBe('read before the change');
    expect(caches[0].peek('a')).toBeUndefined();
    expect(await caches[0].get('a', () => Promise.resolve('read after it'))).toBe('read after it');
  });

  it('does not keep a failure', async () => {
    await expect(caches[0].get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await caches[0].get('a', () => Promise.resolve('up'))).toBe('up');
  });

  it('trusts nothing for longer than a second while Redis is frozen, and still returns values', async () => {
    await caches[0].get('a', () => Promise.resolve('old'));
    process.kill(redis.pid, 'SIGSTOP');
    try {
      await eventually(() => expect(caches[0].peek('a')).toBeUndefined(), { timeoutMs: 3000 });
      expect(await caches[0].get('a', () => Promise.resolve('new'))).toBe('new');
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
  });

  it('rereads everything after an outage, during which messages may have been lost', async () => {
    await caches[1].get('a', () => Promise.resolve('old'));
    await redis.restart();
    await eventually(() => expect(channels[1]?.reliableSince).toBeDefined());
    expect(caches[1].peek('a')).toBeUndefined();
  });

  it('does not keep a value that was read before an outage and arrived after it', async () => {
    const reading = Promise.withResolvers<string>();
    const answer = caches[1].get('a', () => reading.promise);
    await freeze();
    reading.resolve('read before the outage');
    expect(await answer).toBe('read before the outage');
    expect(caches[1].peek('a')).toBeUndefined();
  });

  it('rereads everything after Redis was frozen for a while, although the connection lasted', async () => {
    await caches[1].get('a', () => Promise.resolve('old'));
    await freeze();
    expect(caches[1].peek('a')).toBeUndefined();
    await caches[1].get('a', () => Promise.resolve('new'));
    expect(caches[1].peek('a')).toBe('new');
  });

  it('sends the invalidations of an outage once Redis is back', async () => {
    const heard: string[] = [];
    channels[1]?.on('test', (key) => heard.push(key));
    process.kill(redis.pid, 'SIGSTOP');
    caches[0].invalidate('changed');
    process.kill(redis.pid, 'SIGCONT');
    await eventually(() => expect(heard).toContain('changed'));
  });

  /** Freezes Redis, for longer than a heartbeat may take, and waits until it can be relied on again. */
  async function freeze(): Promise<void> {
    const frozenAt = performance.now();
    process.kill(redis.pid, 'SIGSTOP');
    try {
      await eventually(() => {
        expect(channels[1]?.reliableSince).toBeUndefined();
        expect(performance.now() - frozenAt).toBeGreaterThan(FROZEN_MS);
      });
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await eventually(() => expect(channels[1]?.reliableSince).toBeDefined());
  }
});
