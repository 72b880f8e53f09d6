import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReplicaChannel } from './replica-channel.js';
import { ReplicatedCache } from './replicated-cache.js';

const MAX_AGE_MS = 60_000;
const realNow = performance.now.bind(performance);

/** A channel whose reliability the test decides. */
class Channel {
  reliableSince: number | undefined = 0;
  readonly published: (readonly [string, string])[] = [];
  private readonly listeners = new Map<string, (key: string) => void>();

  on(topic: string, listener: (key: string) => void): void {
    this.listeners.set(topic, listener);
  }

  publish(topic: string, key: string): void {
    this.published.push([topic, key]);
    this.listeners.get(topic)?.(key);
  }
}

let now: number;
let channel: Channel;
let cache: ReplicatedCache<string>;

beforeEach(() => {
  now = 1_000_000;
  performance.now = () => now;
  channel = new Channel();
  cache = cacheOf('profiles');
});

afterEach(() => {
  performance.now = realNow;
});

describe('an entry', () => {
  it('is trusted for its maximum age while invalidations arrive', async () => {
    await load('a');
    now += MAX_AGE_MS;
    expect(cache.peek('a')).toBe('a');
    now += 1;
    expect(cache.peek('a')).toBeUndefined();
  });

  it('is trusted for a second while they may be missing', async () => {
    await load('a');
    channel.reliableSince = undefined;
    now += 1_000;
    expect(cache.peek('a')).toBe('a');
    now += 1;
    expect(cache.peek('a')).toBeUndefined();
  });

  it('that was loaded before they arrived reliably is not trusted, however young it is', async () => {
    await load('a');
    channel.reliableSince = now;
    expect(cache.peek('a')).toBe('a');
    channel.reliableSince = now + 1;
    expect(cache.peek('a')).toBeUndefined();
  });

  it('is as old as the beginning of its load', async () => {
    const loading = Promise.withResolvers<string>();
    const answer = cache.get('a', () => loading.promise);
    now += MAX_AGE_MS + 1;
    loading.resolve('a');
    await answer;
    expect(cache.peek('a')).toBeUndefined();
  });

  it('is dropped by an invalidation of its own key and topic only', async () => {
    await load('a');
    await load('b');
    cacheOf('sessions').invalidate('a');
    expect(cache.peek('a')).toBe('a');
    cache.invalidate('a');
    expect(channel.published).toEqual([
      ['sessions', 'a'],
      ['profiles', 'a'],
    ]);
    expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, 'b']);
  });

  it('makes room for a newer one when the cache is full, if it was not used for the longest time', async () => {
    for (const key of ['a', 'b', 'c']) {
      await load(key);
    }
    cache.peek('a');
    await load('d');
    expect(['a', 'b', 'c', 'd'].map((key) => cache.peek(key))).toEqual(['a', undefined, 'c', 'd']);
  });
});

it('a load that an invalidation has overtaken does not end the next one', async () => {
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const overtaken = cache.get('a', () => first.promise);
  cache.invalidate('a');
  const fresh = cache.get('a', () => second.promise);
  first.resolve('old');
  expect(await overtaken).toBe('old');
  // Still shares the second load.
  expect(cache.get('a', () => Promise.resolve('third'))).toBe(fresh);
  second.resolve('new');
  expect(await fresh).toBe('new');
  expect(cache.peek('a')).toBe('new');
});

function cacheOf(topic: string): ReplicatedCache<string> {
  return new ReplicatedCache<string>(channel as unknown as ReplicaChannel, {
    topic,
    maxEntries: 3,
    maxAgeMs: MAX_AGE_MS,
  });
}

function load(key: string): Promise<string> {
  return cache.get(key, () => Promise.resolve(key));
}
