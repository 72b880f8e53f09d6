import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { hold, useFixture } from '../../../test/support/fixture.js';
import { eventually, redisUrl } from '../../../test/support/servers.js';
import { freezeTimers } from '../../../test/support/frozen-timers.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { connectDedicated } from './redis.js';

const CHECK_MS = 1_000;

const { proxy, intervals } = useFixture(
  async () => ({
    proxy: await TcpProxy.start(await redisUrl()),
    intervals: freezeTimers('setInterval'),
  }),
  { per: 'test' },
);

/** A connection that has been checked once, so that its next checks compare with something. */
async function connected(ping: boolean): Promise<{ redis: Redis; closed: () => number }> {
  const redis = connectDedicated(proxy.url, { checkEveryMs: CHECK_MS, ping });
  await hold(redis, (open) => open.disconnect());
  let closed = 0;
  redis.on('close', () => (closed += 1));
  await eventually(() => expect(redis.status).toBe('ready'));
  intervals.pass(CHECK_MS);
  await redis.ping();
  return { redis, closed: () => closed };
}

describe('a connection that waits for blocking reads', () => {
  it('is replaced after three checks without an answer, and not earlier', async () => {
    const { redis, closed } = await connected(false);
    // Sees the answer to the ping.
    intervals.pass(CHECK_MS);
    intervals.pass(2 * CHECK_MS);
    await redis.ping();
    expect(closed()).toBe(0);
    // Again from the beginning: the first check sees the answer to the second ping.
    intervals.pass(4 * CHECK_MS);
    await eventually(() => expect(closed()).toBe(1));
    await eventually(() => expect(redis.status).toBe('ready'));
    expect(await redis.ping()).toBe('PONG');
  });
});

describe('a connection that waits for blocking reads, which would delay any answer', () => {
  it('is not asked for one', async () => {
    const { redis } = await connected(false);
    let asked = 0;
    redis.ping = (() => {
      asked += 1;
      return Promise.resolve('PONG');
    }) as typeof redis.ping;
    intervals.pass(2 * CHECK_MS);
    expect(asked).toBe(0);
  });
});

describe('a connection for commands', () => {
  it('is kept while Redis answers, even if nothing uses it', async () => {
    const { redis, closed } = await connected(true);
    const { bytesRead } = (redis as unknown as { stream: { bytesRead: number } }).stream;
    let seen = bytesRead;
    for (let check = 1; check <= 6; check++) {
      intervals.pass(CHECK_MS);
      await eventually(() => {
        const now = (redis as unknown as { stream: { bytesRead: number } }).stream.bytesRead;
        expect(now).toBeGreaterThan(seen);
        seen = now;
      });
    }
    expect(closed()).toBe(0);
  });

  it('is replaced when the host of Redis has vanished', async () => {
    const { redis, closed } = await connected(true);
    proxy.freezeOpen();
    intervals.pass(5 * CHECK_MS);
    await eventually(() => expect(closed()).toBe(1));
    await eventually(() => expect(redis.status).toBe('ready'));
    expect(await redis.ping()).toBe('PONG');
  });

  it('is no longer checked once it has ended', async () => {
    const { redis } = await connected(true);
    expect(intervals.pending).toEqual([CHECK_MS]);
    redis.disconnect();
    await eventually(() => expect(redis.status).toBe('end'));
    expect(intervals.pending).toEqual([]);
  });
});
