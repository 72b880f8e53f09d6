import { expect, it, jest } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createRedis } from '#libs/redis';
import { hold } from '../../../test/support/fixture.js';
import { useOwnRedis } from '../../../test/support/use-servers.js';
import { LimitStorage } from './limit.storage.js';

const REQUESTS = 20;
const COMMAND_TIMEOUT_MS = 250;

const redis = useOwnRedis();

it('tries Redis again a second after it failed', async () => {
  const connection = createRedis(redis.url);
  await hold(connection.connect(), () => connection.disconnect());
  const registry = new Registry();
  const storage = new LimitStorage(connection, pino({ level: 'silent' }), registry);
  const hit = () => storage.increment('someone else', 60_000, REQUESTS, 60_000, 'default');
  const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000_000);
  await hold(clock, () => clock.mockRestore());
  process.kill(redis.pid, 'SIGSTOP');
  await hit().finally(() => process.kill(redis.pid, 'SIGCONT'));
  clock.mockReturnValue(1_000_999);
  await hit();
  expect(await registry.metrics()).toContain('gatehouse_rate_limit_local_total 2');
  expect(await registry.metrics()).toContain('gatehouse_rate_limit_degraded 1');
  clock.mockReturnValue(1_001_000);
  await hit();
  expect(await registry.metrics()).toContain('gatehouse_rate_limit_local_total 2');
  expect(await registry.metrics()).toContain('gatehouse_rate_limit_degraded 0');
});

it('blocks a caller until the window allows another request, unless a limit says for how long', async () => {
  const connection = createRedis('redis://127.0.0.1:1');
  await hold(connection, () => connection.disconnect());
  const storage = new LimitStorage(connection, pino({ level: 'silent' }), new Registry());
  const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000_000);
  await hold(clock, () => clock.mockRestore());
  for (const [caller, blockDuration, seconds] of [
    ['ada', 60_000, 30],
    ['bob', 90_000, 90],
  ] as const) {
    const hit = () => storage.increment(caller, 60_000, 1, blockDuration, 'default');
    clock.mockReturnValue(1_000_000);
    expect(await hit()).toMatchObject({ isBlocked: false, timeToBlockExpire: 0 });
    // Not a moment too early for whoever waits as many seconds as we say.
    clock.mockReturnValue(1_030_001);
    expect(await hit()).toMatchObject({ isBlocked: true, timeToBlockExpire: seconds });
  }
});

it('counts all requests that come at once when Redis cannot be reached', async () => {
  const connection = createRedis('redis://127.0.0.1:1');
  await hold(connection, () => connection.disconnect());
  const storage = new LimitStorage(connection, pino({ level: 'silent' }), new Registry());
  const hits = ['ada', 'bob', 'eve'].map((caller) => storage.increment(caller, 60_000, 1, 60_000, 'default'));
  expect((await Promise.all(hits)).map(({ isBlocked }) => isBlocked)).toEqual([false, false, false]);
});

it('remembers the latest 100,000 callers while Redis is down', async () => {
  const connection = createRedis('redis://127.0.0.1:1');
  await hold(connection, () => connection.disconnect());
  const storage = new LimitStorage(connection, pino({ level: 'silent' }), new Registry());
  const isBlocked = async (caller: number) =>
    (await storage.increment(`caller ${caller}`, 600_000, 1, 600_000, 'default')).isBlocked;
  for (let caller = 0; caller < 100_000; caller += 1) {
    await isBlocked(caller);
  }
  expect(await isBlocked(0)).toBe(true);
  expect(await isBlocked(100_000)).toBe(false);
  expect(await isBlocked(0)).toBe(true);
  expect(await isBlocked(1)).toBe(false);
});

it('lets one request a second wait for a Redis that is frozen, and counts the others at once', async () => {
  const connection = createRedis(redis.url);
  await hold(connection.connect(), () => connection.disconnect());
  const registry = new Registry();
  const storage = new LimitStorage(connection, pino({ level: 'silent' }), registry);
  const hit = () => storage.increment('someone', 60_000, REQUESTS, 60_000, 'default');
  expect((await hit()).totalHits).toBe(1);
  process.kill(redis.pid, 'SIGSTOP');
  try {
    const startedAt = performance.now();
    for (let count = 2; count <= REQUESTS; count++) {
      expect(await hit()).toMatchObject({ totalHits: count, isBlocked: false });
    }
    expect(performance.now() - startedAt).toBeLessThan((REQUESTS * COMMAND_TIMEOUT_MS) / 2);
    expect((await hit()).isBlocked).toBe(true);
  } finally {
    process.kill(redis.pid, 'SIGCONT');
  }
  expect(await registry.metrics()).toContain(`gatehouse_rate_limit_local_total ${REQUESTS - 1}`);
});
