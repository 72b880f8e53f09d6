import { beforeEach, describe, expect, it } from '@jest/globals';
import { ApiClient } from '../support/client.js';
import { metricOf } from '../support/metrics.js';
import { eventually } from '../support/servers.js';
import { useApp, useUser } from '../support/use-app.js';
import { useOwnRedis } from '../support/use-servers.js';

const LIMIT = 5;
const DEGRADED = 'gatehouse_rate_limit_degraded';

const redis = useOwnRedis();
const app = useApp(
  'api',
  { RATE_LIMIT_AUTH: `${LIMIT}/60`, RATE_LIMIT_DEFAULT: '100/60', TRUSTED_PROXIES: '127.0.0.1/32' },
  { redis },
);
const user = useUser(app.api);
let api: ApiClient;
let hosts = 0;

beforeEach(() => {
  hosts += 1;
  api = app.api.with({ 'x-forwarded-for': `198.18.1.${hosts}` });
});

describe.each([
  ['frozen', () => process.kill(redis.pid, 'SIGSTOP'), () => process.kill(redis.pid, 'SIGCONT')],
  [
    'killed',
    () => process.kill(redis.pid, 'SIGKILL'),
    async () => {
      await redis.exited;
      await redis.restart();
    },
  ],
])('while Redis is %s', (_, takeAway, giveBack) => {
  it('limits sign-ins per process, without delay, and alerts operators', async () => {
    expect(await metricOf(app, DEGRADED)).toBe(0);
    const linesBefore = app.logs().length;
    takeAway();
    try {
      for (let n = 0; n < LIMIT; n++) {
        const startedAt = performance.now();
        expect((await api.login(user)).status).toBe(200);
        expect(performance.now() - startedAt).toBeLessThan(2_000);
      }
      const refused = await api.login(user);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await api.as(user.session).me()).status).toBe(200);
      expect(await metricOf(app, DEGRADED)).toBe(1);
      await eventually(() => {
        expect(app.logs().slice(linesBefore)).toMatch(
          /"level":"warn".*Redis.*each replica enforces rate limits on its own/,
        );
      });
      const ready = await api.under('').get('/health/ready');
      expect([ready.status, JSON.stringify(ready.body)]).toEqual([
        200,
        expect.stringMatching(/"redis".*degraded/),
      ]);
    } finally {
      await giveBack();
    }
    await eventually(async () => {
      await api.as(user.session).me();
      expect(await metricOf(app, DEGRADED)).toBe(0);
    });
    const elsewhere = app.api.with({ 'x-forwarded-for': `198.18.2.${hosts}` });
    const statuses = await Promise.all(Array.from({ length: LIMIT + 3 }, () => elsewhere.verify('no token')));
    expect(statuses.filter(({ status }) => status === 429)).toHaveLength(3);
  });
});

it('starts without Redis and uses it once it is available', async () => {
  process.kill(redis.pid, 'SIGKILL');
  await redis.exited;
  const late = await app.start('api', { RATE_LIMIT_AUTH: '100/60', RATE_LIMIT_DEFAULT: '100/60' });
  expect((await late.api.login(user)).status).toBe(200);
  expect(await metricOf(late, DEGRADED)).toBe(1);
  await redis.restart();
  await eventually(async () => {
    await late.api.as(user.session).me();
    expect(await metricOf(late, DEGRADED)).toBe(0);
  });
});
