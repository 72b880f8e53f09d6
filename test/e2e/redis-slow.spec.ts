import { describe, expect, it } from '@jest/globals';
import { aUser } from '../support/factories.js';
import { useFixture } from '../support/fixture.js';
import { eventually } from '../support/servers.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { type StartedApp, useOwnRedis, useServers } from '../support/use-servers.js';

const redis = useOwnRedis();
const endpoint = useFixture(() => TcpProxy.start(redis.url));
const servers = useServers();

/** Requests wait for a quarter of a second at most, and then go on without Redis. */
const COMMAND_TIMEOUT_MS = 250;

async function readiness(app: StartedApp): Promise<unknown> {
  const response = await fetch(`${app.managementUrl}/health/ready`);
  return { status: response.status, body: await response.json() };
}

describe('a slow Redis', () => {
  it.each([
    { latencyMs: 100, title: 'slows requests down', redis: 'up' },
    { latencyMs: 600, title: 'is too slow for requests, which go on without it', redis: 'degraded' },
  ])(
    'that takes $latencyMs ms $title, and mail goes out',
    async ({ latencyMs, redis: state }) => {
      const app = await servers.start('all', { REDIS_URL: endpoint.url, RATE_LIMIT_DEFAULT: '1000/60' });
      const user = aUser();
      expect(await app.api.register(user)).toMatchObject({ status: 201 });

      endpoint.delayReplies(latencyMs);
      for (let n = 0; n < 4; n += 1) {
        const startedAt = performance.now();
        expect((await app.api.login(user)).status).toBe(200);
        expect(performance.now() - startedAt).toBeLessThan(1_000 + COMMAND_TIMEOUT_MS);
      }
      const another = aUser();
      expect((await app.api.register(another)).status).toBe(201);
      await eventually(() => expect(servers.sink.mailsTo(another.email)).toHaveLength(1), {
        timeoutMs: 20_000,
      });
      await eventually(async () => {
        expect(await readiness(app)).toMatchObject({
          status: 200,
          body: { details: { redis: { status: state }, queues: { status: 'up' } } },
        });
      });

      endpoint.delayReplies(0);
      await eventually(async () => {
        expect(await readiness(app)).toMatchObject({
          body: { status: 'ok', details: { redis: { status: 'up' }, queues: { status: 'up' } } },
        });
      });
    },
    60_000,
  );
});
