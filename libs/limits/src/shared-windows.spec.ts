import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { createRedis } from '#libs/redis';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { eventually, redisUrl } from '../../../test/support/servers.js';
import type { Hit } from './hit.js';
import { SharedWindows } from './shared-windows.js';

const NO_LEASE = { extra: 0, leaseMs: 1 };
const MINUTE_MS = 60_000;

const { connections, replicas } = useFixture(async () => {
  const url = await redisUrl();
  const connections = await Promise.all(
    [createRedis(url), createRedis(url)].map(async (redis) => {
      await hold(redis.connect(), () => redis.disconnect());
      return redis;
    }),
  );
  return { connections, replicas: connections.map((redis) => new SharedWindows(redis)) };
});
const redis = (): Redis => connections[0] as Redis;
const windows = (): SharedWindows => replicas[0] as SharedWindows;

describe('a limit', () => {
  it('allows exactly that many concurrent requests across replicas', async () => {
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, i) => take(aHit('race', { limit: 20 }), replicas[i % 2])),
    );
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(20);
  });

  it('does not count rejected requests, and allows again when it said it would', async () => {
    const next = () => take(aHit('again', { limit: 1, windowMs: 300 }));
    expect((await next()).allowed).toBe(true);
    const refused = await next();
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.resetMs).toBeLessThanOrEqual(300);
    await eventually(async () => expect((await next()).allowed).toBe(true), { timeoutMs: 1000 });
  });

  it('blocks for as long as it said, however often a blocked caller tries', async () => {
    const next = () => take(aHit('blocked', { limit: 1, windowMs: 50, blockMs: 500 }));
    const startedAt = performance.now();
    expect(await Promise.all([next(), next()])).toMatchObject([
      { allowed: true, remaining: 0 },
      { allowed: false, remaining: 0, resetMs: 500 },
    ]);
    await eventually(async () => expect((await next()).allowed).toBe(true), { timeoutMs: 5_000 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(499);
  });

  it('says how long a blocked caller is blocked', async () => {
    const next = () => take(aHit('long', { limit: 1, windowMs: 50, blockMs: MINUTE_MS }));
    await Promise.all([next(), next()]);
    const { resetMs, ...blocked } = await next();
    expect(blocked).toMatchObject({ allowed: false, remaining: 0 });
    expect(resetMs).toBeGreaterThan(50);
    expect(resetMs).toBeLessThanOrEqual(MINUTE_MS);
  });

  it('says when the oldest request leaves the window', async () => {
    const next = () => take(aHit('oldest', { limit: 1000 }));
    expect(await next()).toMatchObject({ allowed: true, remaining: 999, resetMs: MINUTE_MS });
    await eventually(async () => expect((await next()).resetMs).toBeLessThan(MINUTE_MS));
  });

  it('counts the requests within the window alone', async () => {
    const now = await redisNow();
    await redis().rpush('sliding', 3, now - 60_000, 1, now - 30_000, 1, now - 10_000, 1);
    const next = () => take(aHit('sliding', { limit: 3 }));
    const { resetMs, ...verdict } = await next();
    expect(verdict).toMatchObject({ allowed: true, remaining: 0 });
    expect(resetMs).toBeGreaterThan(0);
    expect(resetMs).toBeLessThanOrEqual(30_000);
    expect((await next()).allowed).toBe(false);
  });

  it('keeps nothing of rejected requests, and nothing longer because of them', async () => {
    const next = () => take(aHit('rejected', { limit: 1 }));
    await next();
    await redis().pexpire('rejected', 30_000);
    for (const allowed of [false, false, false]) {
      expect((await next()).allowed).toBe(allowed);
    }
    expect(await redis().llen('rejected')).toBe(3);
    expect(await redis().exists('rejected:blocked')).toBe(0);
    expect(await redis().pttl('rejected')).toBeLessThanOrEqual(30_000);
  });

  it('takes up no more memory in Redis than a window of slices, whatever the limit', async () => {
    const hit = aHit('bounded', { limit: 100_000, windowMs: 1_280 });
    const until = performance.now() + 3_000;
    let allowed = 0;
    while (performance.now() < until) {
      const verdicts = await Promise.all(Array.from({ length: 64 }, () => take(hit)));
      allowed += verdicts.length;
    }
    expect(allowed).toBeGreaterThan(1_000);
    // How many there are, and two elements for each of 128 slices, and for the one that is leaving.
    expect(await redis().llen('bounded')).toBeLessThanOrEqual(1 + 2 * 129);
    expect(await redis().memory('USAGE', 'bounded')).toBeLessThan(4_096);
  });

  it('asks Redis for many requests at once, and for the first as soon as there are sixteen', async () => {
    const connection = createRedis(await redisUrl());
    await hold(connection.connect(), () => connection.disconnect());
    const window = new SharedWindows(connection);
    const scripts = connection as Redis & {
      gatehouseTake(keys: number, ...given: unknown[]): Promise<number[]>;
    };
    const ask = scripts.gatehouseTake.bind(connection);
    const sizes: number[] = [];
    scripts.gatehouseTake = (keys, ...given) => {
      sizes.push(keys);
      return ask(keys, ...given);
    };
    const verdicts = Array.from({ length: 40 }, (_, n) => take(aHit(`many ${n % 20}`), window));
    expect(sizes).toEqual([16, 16]);
    expect((await Promise.all(verdicts)).filter(({ allowed }) => allowed)).toHaveLength(40);
    expect(sizes).toEqual([16, 16, 8]);
  });

  it('counts those of one caller that come at once together, in their order', async () => {
    const taken = await Promise.all(Array.from({ length: 5 }, () => take(aHit('together', { limit: 3 }))));
    expect(taken.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
      [false, 0],
    ]);
    expect(await redis().llen('together')).toBe(3);
  });

  it('leaves nothing in Redis after the window', async () => {
    await take(aHit('gone', { limit: 5, windowMs: 50 }));
    await eventually(async () => expect(await redis().exists('gone')).toBe(0));
  });

  it('recovers when Redis has lost the scripts', async () => {
    await redis().script('FLUSH');
    expect((await take(aHit('flushed'))).allowed).toBe(true);
    await redis().script('FLUSH');
    await windows().giveBack([{ key: 'flushed', count: 1 }]);
    expect(await redis().exists('flushed')).toBe(0);
  });
});

describe('a lease', () => {
  const LEASE = { extra: 50, leaseMs: 468 };

  it('has as many requests as were wanted, and counts them from its end', async () => {
    const hit = aHit('leased', { limit: 1600 });
    const before = await redisNow();
    expect(await windows().take(hit, LEASE)).toMatchObject({ allowed: true, leased: 50, remaining: 1599 });
    expect(await windows().take(hit, NO_LEASE)).toMatchObject({ leased: 0, remaining: 1548 });
    const [, at, count] = await redis().lrange('leased', 0, -1);
    expect(Number(at)).toBeGreaterThanOrEqual(before + 468);
    expect(Number(at)).toBeLessThan(before + 468 + 5_000);
    expect(count).toBe('52');
  });

  it('takes up no more than a sixteenth of what is left, so the last requests are handed out singly', async () => {
    const hit = aHit('share', { limit: 200 });
    const leased: number[] = [];
    let allowed = 0;
    for (
      let taken = await windows().take(hit, LEASE);
      taken.allowed;
      taken = await windows().take(hit, LEASE)
    ) {
      leased.push(taken.leased);
      allowed += 1 + taken.leased;
    }
    expect(allowed).toBe(200);
    expect(leased.slice(0, 3)).toEqual([12, 11, 10]);
    expect(leased.slice(-15)).toEqual(Array(15).fill(0));
  });

  it('gives back what it has not used, and no more than that', async () => {
    const hit = aHit('returned', { limit: 1600 });
    await windows().take(hit, LEASE);
    await windows().take(aHit('other', { limit: 1600 }), LEASE);
    await windows().giveBack([
      { key: 'returned', count: 30 },
      { key: 'other', count: 90 },
      { key: 'unknown', count: 1 },
    ]);
    expect((await windows().take(hit, NO_LEASE)).remaining).toBe(1600 - 51 + 30 - 1);
    expect(await redis().exists('other', 'unknown')).toBe(0);
  });

  it('gives back across slices, the latest first', async () => {
    const now = await redisNow();
    await redis().rpush('slices', 15, now - 2_000, 5, now - 1_000, 5, now, 5);
    await windows().giveBack([{ key: 'slices', count: 7 }]);
    expect(await redis().lrange('slices', 0, -1)).toEqual([
      '8',
      `${now - 2_000}`,
      '5',
      `${now - 1_000}`,
      '3',
    ]);
  });
});

function take(hit: Hit, replica: SharedWindows = windows()) {
  return replica.take(hit, NO_LEASE);
}

function aHit(key: string, hit: Partial<Hit> = {}): Hit {
  return { key, limit: 10, windowMs: MINUTE_MS, ...hit };
}

async function redisNow(): Promise<number> {
  const [seconds = 0, microseconds = 0] = await redis().time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
