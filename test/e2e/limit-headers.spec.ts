import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { useApps } from '../support/use-app.js';

const { unlimited: withoutLimits, limited } = useApps({
  limited: ['api', { RATE_LIMIT_DEFAULT: '3/2' }],
  unlimited: 'api',
});
/** Trusts no proxies, and has a window short enough to wait for. */
const { api: short } = limited;
const { api: unlimited } = withoutLimits;

describe('a rate-limited caller', () => {
  it('is served again after Retry-After', async () => {
    await eventually(async () => expect((await short.get('/nowhere/at/all')).status).toBe(404));
    const { session } = await signUp(short);
    const caller = short.as(session);
    await eventually(async () => expect((await caller.me()).headers.get('ratelimit')).toMatch(/r=0;/));
    const refused = await caller.me();
    expectProblem(refused, 429, 'too-many-requests');
    expect(refused.headers.get('ratelimit-policy')).toBe('"default";q=3;w=2');
    const seconds = Number(refused.headers.get('retry-after'));
    expect([1, 2]).toContain(seconds);
    expect(refused.headers.get('ratelimit')).toBe(`"default";r=0;t=${seconds}`);
    await delay(seconds * 1000);
    expect((await caller.me()).status).toBe(200);
  });

  it('does not wait longer for retrying early', async () => {
    const { session } = await signUp(short);
    const caller = short.as(session);
    const startedAt = performance.now();
    await eventually(async () => expect((await caller.me()).status).toBe(429));
    await eventually(async () => expect((await caller.me()).status).toBe(200));
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('cannot evade the limit with X-Forwarded-For, and the attempt is logged', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        short.with({ 'x-forwarded-for': `198.18.0.${n}` }).verify('no token'),
      ),
    );
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(5);
    await eventually(() => expect(limited.logs()).toMatch(/"level":"warn".*X-Forwarded-For/));
  });
});

describe('rate limits', () => {
  it.each([
    '/health/live',
    '/health/ready',
    '/health/startup',
    '/.well-known/jwks.json',
    '/.well-known/oauth-authorization-server',
    '/docs',
    '/docs/v2',
    '/openapi/v2.json',
    '/openapi/v1.yaml',
    '/problems/not-found',
    '/verify-email',
    '/reset-password',
  ])('do not apply to %s', async (path) => {
    const caller = short.under('');
    const answers = await Promise.all(Array.from({ length: 6 }, () => caller.get(path)));
    for (const { status, headers } of answers) {
      expect([path, status < 400, headers.get('ratelimit')]).toEqual([path, true, null]);
    }
  });

  it('do not apply anywhere when they are off', async () => {
    const { api } = await signUp(unlimited);
    const answers = await Promise.all(Array.from({ length: 50 }, () => api.me()));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers[0]?.headers.get('ratelimit-policy')).toBeNull();
  });
});
