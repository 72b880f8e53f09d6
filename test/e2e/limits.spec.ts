import { describe, expect, it } from '@jest/globals';
import { type Answer, ApiClient } from '../support/client.js';
import { signIn, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { redisDumpOf } from '../support/stored.js';
import { useApps } from '../support/use-app.js';

const LIMITS = { RATE_LIMIT_DEFAULT: '20/60', RATE_LIMIT_AUTH: '10/60', TRUSTED_PROXIES: '127.0.0.0/8' };

const apps = useApps(
  { one: ['api', LIMITS], two: ['api', LIMITS], unlimited: 'api' },
  { PUBLIC_URL: 'https://accounts.acme.test' },
);
/** Two replicas that share their limits. Each test uses addresses of its own. */
const { api: one } = apps.one;
const { api: two } = apps.two;
const { api: unlimited } = apps.unlimited;
let hosts = 0;

describe('limits shared by two replicas', () => {
  it('allow a user exactly the limit, from any address', async () => {
    const { session } = await signUp(unlimited);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        fromElsewhere(n % 2 === 0 ? one : two)
          .as(session)
          .me(),
      ),
    );
    expect(tally(answers)).toEqual({ 200: 20, 429: 40 });
  });

  it('are separate for two users behind one address', async () => {
    const users = await Promise.all([signUp(unlimited), signUp(unlimited)]);
    const address = newAddress();
    const answers = await Promise.all(
      users.flatMap(({ session }) => Array.from({ length: 20 }, () => from(one, address).as(session).me())),
    );
    expect(tally(answers)).toEqual({ 200: 40 });
  });

  it('are shared by the sessions of a user', async () => {
    const user = await signUp(unlimited);
    const again = await signIn(unlimited, user);
    const answers = await Promise.all(
      [user, again].flatMap(({ session }) =>
        Array.from({ length: 15 }, () => from(one, newAddress()).as(session).me()),
      ),
    );
    expect(tally(answers)).toEqual({ 200: 20, 429: 10 });
  });

  it('count callers with an invalid token by address', async () => {
    const address = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        from(n % 2 === 0 ? one : two, address)
          .as({ accessToken: `x${n}` })
          .me(),
      ),
    );
    expect(tally(answers)).toEqual({ 401: 20, 429: 10 });
  });

  it('count attempts at credentials by address, for any account', async () => {
    const address = newAddress();
    const tries = (client: ApiClient, n: number) => {
      const caller = from(client, address);
      const tried = [
        () => caller.verify(`no token ${n}`),
        () => caller.login({ email: `a${n}@acme.test`, password: 'no' }),
        () => caller.register({ email: `a${n}@acme.test`, password: 'good enough' }),
        () => caller.post('/auth/email/resend', { email: `a${n}@acme.test` }),
      ] as const;
      return tried[(n % 4) as 0 | 1 | 2 | 3]();
    };
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => tries(n % 2 === 0 ? one : two, n)),
    );
    expect(answers.filter(({ status }) => status !== 429)).toHaveLength(10);
    expectProblem(
      await from(two, address).register({ email: 'a@acme.test', password: 'good enough' }),
      429,
      'too-many-requests',
    );
    expect((await from(two, newAddress()).verify('no token')).status).toBe(400);
  });

  it('count attempts at credentials by address, even with valid access tokens', async () => {
    const users = await Promise.all([signUp(unlimited), signUp(unlimited), signUp(unlimited)]);
    const address = newAddress();
    const answers = await Promise.all(
      users.flatMap(({ session }, user) =>
        Array.from({ length: 5 }, (_, n) =>
          from(n % 2 === 0 ? one : two, address)
            .as(session)
            .login({ email: `b${user}-${n}@acme.test`, password: 'no' }),
        ),
      ),
    );
    expect(tally(answers)).toEqual({ 401: 10, 429: 5 });
  });

  it.each([
    ['that is broken', '{x', 'application/json', 400],
    ['of another type', 'x', 'text/plain', 415],
  ])('count a request with a body %s', async (_, body, type, status) => {
    const caller = from(one, newAddress());
    const send = () => caller.send('POST', '/auth/login', { body, headers: { 'content-type': type } });
    const answers = await Promise.all(Array.from({ length: 15 }, send));
    expect(tally(answers)).toEqual({ [status]: 10, 429: 5 });
    expect(answers[0]?.headers.get('ratelimit')).toMatch(/"default";r=\d+;t=\d+, "auth";r=\d+;t=\d+/);
  });

  it('do not count a refresh as an attempt at credentials', async () => {
    const address = newAddress();
    await Promise.all(Array.from({ length: 10 }, () => from(one, address).verify('no token')));
    expect((await from(one, address).verify('no token')).status).toBe(429);
    const { session } = await signUp(unlimited);
    expect((await from(one, address).refresh(session.refreshToken)).status).toBe(200);
  });

  it('count an IPv6 network as one caller', async () => {
    const network = `2001:db8:${(++hosts).toString(16)}:7`;
    const answers = await Promise.all(
      Array.from({ length: 15 }, (_, n) => from(one, `${network}:${n.toString(16)}::1`).verify('no token')),
    );
    expect(tally(answers)).toEqual({ 400: 10, 429: 5 });
    expect((await from(one, `2001:db8:${hosts.toString(16)}:8::1`).verify('no token')).status).toBe(400);
  });
});

it('leaves no addresses in Redis', async () => {
  await from(one, newAddress()).verify('no token');
  await from(one, '2001:db8:ffff:ffff::1').verify('no token');
  const keys = await redisDumpOf(apps.redisUrl);
  expect(keys).toMatch(/^limits:auth:[\w-]{43} /m);
  expect(keys).not.toMatch(/198\.18|2001:db8/);
});

describe('the RateLimit headers', () => {
  it('show what remains of each limit', async () => {
    const caller = from(one, newAddress());
    for (const left of [9, 8, 7]) {
      const { headers } = await caller.verify('no token');
      expect(headers.get('ratelimit-policy')).toBe('"default";q=20;w=60, "auth";q=10;w=60');
      expect(headers.get('ratelimit')).toMatch(
        new RegExp(`^"default";r=${left + 10};t=\\d+, "auth";r=${left};t=\\d+$`),
      );
      const seconds = [...(headers.get('ratelimit') ?? '').matchAll(/t=(\d+)/g)].map(([, t]) => Number(t));
      seconds.forEach((t) => expect(t >= 1 && t <= 60).toBe(true));
    }
  });
});

describe('X-Forwarded-For', () => {
  it('is trusted up to the first address that is not a trusted proxy', async () => {
    const client = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 15 }, (_, n) => from(one, `10.9.8.${n}, ${client}, 127.0.0.7`).verify('no token')),
    );
    expect(tally(answers)).toEqual({ 400: 10, 429: 5 });
  });
});

function from(client: ApiClient, address: string): ApiClient {
  return client.with({ 'x-forwarded-for': address });
}

function fromElsewhere(client: ApiClient): ApiClient {
  return from(client, newAddress());
}

function newAddress(): string {
  hosts += 1;
  return `198.18.${hosts >> 8}.${hosts & 255}`;
}

function tally(answers: readonly Answer<unknown>[]): Record<number, number> {
  const counts: Record<number, number> = {};
  answers.forEach(({ status }) => (counts[status] = (counts[status] ?? 0) + 1));
  return counts;
}
