import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { hold } from '../../../test/support/fixture.js';
import { useOwnRedis } from '../../../test/support/use-servers.js';
import { createRedis } from './redis.js';

const server = useOwnRedis();

/** A connection for requests. */
async function connected(): Promise<Redis> {
  const redis = await hold(createRedis(server.url) as Redis, (open) => open.disconnect());
  redis.on('error', () => undefined);
  await redis.connect();
  return redis;
}

describe('a connection for requests', () => {
  it('is only made when asked for', () => {
    expect(createRedis(server.url).status).toBe('wait');
  });

  it('fails a command after a quarter of a second while Redis is frozen', async () => {
    const redis = await connected();
    process.kill(server.pid, 'SIGSTOP');
    try {
      const startedAt = performance.now();
      await expect(redis.get('key')).rejects.toThrow('Command timed out');
      expect(performance.now() - startedAt).toBeGreaterThan(240);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
  });

  it('fails commands at once while Redis is down, instead of keeping them', async () => {
    const redis = await connected();
    await server.stop();
    await expect(redis.get('key')).rejects.toThrow(/writeable|closed/);
    await server.restart();
  });

  it('tries again soon, and then once a second', async () => {
    const { retryStrategy } = (await connected()).options;
    expect([1, 2, 3, 4, 5, 100].map((attempt) => retryStrategy?.(attempt))).toEqual([
      100, 200, 400, 800, 1_000, 1_000,
    ]);
  });
});
