import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { createRedis } from '#libs/redis';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { eventually, redisUrl } from '../../../test/support/servers.js';
import { RedisSlidingWindow } from './redis-sliding-window.js';
import { type Hit, LocalSlidingWindow } from './sliding-window.js';

const hit = (key: string, windowMs = 60_000): Hit => ({ key, limit: 3, windowMs });

describe('LocalSlidingWindow', () => {
  it('allows the limit in any window, wherever it starts', () => {
    const window = new LocalSlidingWindow(10);
    const allowedAt = (at: number) => window.hit(hit('a', 1000), at).allowed;
    expect([0, 400, 800, 900, 1100, 1200, 1401, 1402].map(allowedAt)).toEqual([
      true,
      true,
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it('allows a hit again exactly one window later, and not a millisecond earlier', () => {
    const window = new LocalSlidingWindow(10);
    const once = (at: number) => window.hit({ key: 'a', limit: 1, windowMs: 1000 }, at).allowed;
    expect([0, 999, 1000, 1999, 2000].map(once)).toEqual([true, false, true, false, true]);
  });

  it('returns how many hits remain and when the next one is allowed', () => {
    const window = new LocalSlidingWindow(10);
    expect(window.hit(hit('a', 1000), 100)).toEqual({ allowed: true, remaining: 2, resetMs: 1000 });
    expect(window.hit(hit('a', 1000), 300)).toEqual({ allowed: true, remaining: 1, resetMs: 800 });
  });

  it('blocks for as long as it said, however often a blocked caller tries', () => {
    const window = new LocalSlidingWindow(10);
    const blocking = { key: 'a', limit: 1, windowMs: 100, blockMs: 1000 };
    expect(window.hit(blocking, 0)).toEqual({ allowed: true, remaining: 0, resetMs: 100 });
    expect(window.hit(blocking, 10)).toEqual({ allowed: false, remaining: 0, resetMs: 1000 });
    expect(window.hit(blocking, 500)).toEqual({ allowed: false, remaining: 0, resetMs: 510 });
    expect(window.hit(blocking, 1009)).toEqual({ allowed: false, remaining: 0, resetMs: 1 });
    expect(window.hit(blocking, 1010)).toEqual({ allowed: true, remaining: 0, resetMs: 100 });
  });

  it('evicts the least recently used key when there are too many', () => {
    const window = new LocalSlidingWindow(2);
    window.hit(hit('a'), 0);
    window.hit(hit('b'), 1);
    window.hit(hit('a'), 2);
    window.hit(hit('c'), 3);
    expect(window.hit(hit('a'), 4).remaining).toBe(0);
    expect(window.hit(hit('b'), 5).remaining).toBe(2);
  });

  it('forgets callers whom it blocks, too, when there are too many', () => {
    const window = new LocalSlidingWindow(2);
    const allows = (key: string, now: number) =>
      window.hit({ key, limit: 1, windowMs: 100, blockMs: 60_000 }, now).allowed;
    expect([allows('a', 0), allows('a', 1)]).toEqual([true, false]);
    expect([allows('b', 2), allows('c', 3), allows('a', 4)]).toEqual([true, true, true]);
  });
});

describe('RedisSlidingWindow', () => {
  const { connections, replicas } = useFixture(async () => {
    const url = await redisUrl();
    const connections = await Promise.all(
      [createRedis(url), createRedis(url)].map(async (redis) => {
        await hold(redis.connect(), () => redis.disconnect());
        return redis;
      }),
    );
    return { connections, replicas: connections.map((redis) => new RedisSlidingWindow(redis)) };
  });

  it('allows exactly the limit for concurrent hits across replicas', async () => {
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        (replicas[i % 2] as RedisSlidingWindow).hit({ key: 'race', limit: 20, windowMs: 60_000 }),
      ),
    );
    expect(verdicts.filter((verdict) => verdict.allowed)).toHaveLength(20);
  });

  it('does not count rejected hits, and allows again when it said it would', async () => {
    const [window] = replicas as [RedisSlidingWindow];
    const next = () => window.hit({ key: 'again', limit: 1, windowMs: 300 });
    expect((await next()).allowed).toBe(true);
    const refused = await next();
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.resetMs).toBeLessThanOrEqual(300);
    await eventually(async () => expect((await next()).allowed).toBe(true), { timeoutMs: 1000 });
  });

  it('blocks for as long as it said, however often a blocked caller tries', async () => {
    const [window] = replicas as [RedisSlidingWindow];
    const next = () => window.hit({ key: 'blocked', limit: 1, windowMs: 50, blockMs: 500 });
    const startedAt = performance.now();
    expect(await Promise.all([next(), next()])).toEqual([
      { allowed: true, remaining: 0, resetMs: 50 },
      { allowed: false, remaining: 0, resetMs: 500 },
    ]);
    await eventually(async () => expect((await next()).allowed).toBe(true), { timeoutMs: 5_000 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(499);
  });

  it('says how long a blocked caller is blocked', async () => {
    const [window] = replicas as [RedisSlidingWindow];
    const next = () => window.hit({ key: 'long', limit: 1, windowMs: 50, blockMs: 60_000 });
    await Promise.all([next(), next()]);
    const { resetMs, ...blocked } = await next();
    expect(blocked).toEqual({ allowed: false, remaining: 0 });
    expect(resetMs).toBeGreaterThan(50);
    expect(resetMs).toBeLessThanOrEqual(60_000);
  });

  it('says when the oldest hit leaves the window', async () => {
    const [window] = replicas as [RedisSlidingWindow];
    const next = () => window.hit({ key: 'oldest', limit: 1000, windowMs: 60_000 });
    expect(await next()).toEqual({ allowed: true, remaining: 999, resetMs: 60_000 });
    await eventually(async () => expect((await next()).resetMs).toBeLessThan(60_000));
  });

  it('counts the hits within the window alone', async () => {
    const [window] = replicas as [RedisSlidingWindow];
    const [seconds = 0, microseconds = 0] = (await connections[0]?.time()) ?? [];
    const now = seconds * 1000 + Math.floor(microseconds / 1000);
    await connections[0]?.rpush('sliding', now - 60_000, now - 30_000, now - 10_000);
    const next = () => window.hit({ key: 'sliding', limit: 3, windowMs: 60_000 });
    const { resetMs, ...verdict } = await next();
    expect(verdict).toEqual({ allowed: true, remaining: 0 });
    expect(resetMs).toBeGreaterThan(0);
    expect(resetMs).toBeLessThanOrEqual(30_000);
    expect((await next()).allowed).toBe(false);
  });

  it('keeps nothing of rejected hits, and nothing longer because of them', async () => {
    const [window] = replicas as [RedisSlidingWindow];
    const next = () => window.hit({ key: 'rejected', limit: 1, windowMs: 60_000 });
    await next();
    await connections[0]?.pexpire('rejected', 30_000);
    for (const allowed of [false, false, false]) {
      expect((await next()).allowed).toBe(allowed);
    }
    expect(await connections[0]?.llen('rejected')).toBe(1);
    expect(await connections[0]?.exists('rejected:blocked')).toBe(0);
    expect(await connections[0]?.pttl('rejected')).toBeLessThanOrEqual(30_000);
  });

  it('asks Redis for many hits at once, and for the first as soon as there are sixteen', async () => {
    const [redis] = connections as [Redis];
    const window = new RedisSlidingWindow(redis);
    const scripts = redis as Redis & { gatehouseHit(keys: number, ...given: unknown[]): Promise<number[]> };
    const ask = scripts.gatehouseHit.bind(redis);
    const sizes: number[] = [];
    scripts.gatehouseHit = (keys, ...given) => {
      sizes.push(keys);
      return ask(keys, ...given);
    };
    const verdicts = Array.from({ length: 40 }, () => window.hit({ ...hit('many'), limit: 39 }));
    expect(sizes).toEqual([16, 16]);
    expect((await Promise.all(verdicts)).filter(({ allowed }) => !allowed)).toHaveLength(1);
    expect(sizes).toEqual([16, 16, 8]);
  });

  it('leaves nothing in Redis after the window', async () => {
    const [window] = replicas as [RedisSlidingWindow];
    await window.hit({ key: 'gone', limit: 5, windowMs: 50 });
    await eventually(async () => expect(await connections[0]?.exists('gone')).toBe(0));
  });

  it('recovers when Redis has lost the script', async () => {
    await connections[0]?.script('FLUSH');
    expect((await (replicas[0] as RedisSlidingWindow).hit(hit('flushed'))).allowed).toBe(true);
  });
});
