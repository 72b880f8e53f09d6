import { describe, expect, it } from '@jest/globals';
import { getMe, login, register } from '../../sdk/typescript/src/generated/operations.gen.js';
import { isProblem, memoryStorage } from '../../sdk/typescript/src/index.js';
import { useApiApp } from '../support/api-app.js';
import { eventually } from '../support/eventually.js';
import { aUser } from '../support/factories.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { useApp } from '../support/use-app.js';
import { aDevice, offline, type Sent } from './devices.js';

const ME = '/v2/users/me';
const REGISTER = '/v2/auth/register';
const { api } = useApiApp();
const { api: limited } = useApp('api', { RATE_LIMIT_DEFAULT: '3/2' });
const { api: strict } = useApp('api', { RATE_LIMIT_AUTH: '1/60' });

/** What a server answers that is about to restart. */
function unavailable(headers: Record<string, string>): Response {
  const problem = {
    code: 'unavailable',
    title: 'Service unavailable',
    status: 503,
    detail: '',
    requestId: '',
  };
  const type = { 'content-type': 'application/problem+json' };
  return new Response(JSON.stringify(problem), { status: 503, headers: { ...headers, ...type } });
}

/** Intercepts as many requests as there are answers. */
function first(...answers: (() => Response)[]): (sent: Sent) => Response | undefined {
  return () => answers.shift()?.();
}

describe('A request that the server rejects with Retry-After', () => {
  it('is sent again when the rate limit allows', async () => {
    const { gatehouse, to } = aDevice(limited.url);
    await gatehouse.signUp(aUser());
    const users = await Promise.all(Array.from({ length: 4 }, () => gatehouse.call(getMe)));
    expect(users).toHaveLength(4);
    const statuses = to(ME).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
    expect(statuses).toContain(429);
  });

  it('fails at once if the wait would be long, and says how long', async () => {
    const { gatehouse, sent } = aDevice(strict.url);
    const user = aUser();
    await gatehouse.signUp(user);
    const error: unknown = await gatehouse.signIn(user).catch((problem: unknown) => problem);
    if (!isProblem(error, 'too-many-requests')) {
      throw error;
    }
    expect(error.retryAfter).toBeGreaterThan(10);
    expect(sent).toHaveLength(2);
  });

  it('is sent again when the server is available again, whatever it does', async () => {
    const { gatehouse, sent, intercept } = aDevice(api.url);
    intercept(
      first(
        () => unavailable({ 'retry-after': '0' }),
        () => unavailable({ 'retry-after': '1' }),
      ),
    );
    const before = Date.now();
    await gatehouse.signUp(aUser());
    expect(sent.map(({ status }) => status)).toEqual([503, 503, 201]);
    expect(Date.now() - before).toBeGreaterThanOrEqual(1000);
  });

  it('understands a date', async () => {
    const { gatehouse, sent, intercept } = aDevice(api.url);
    intercept(first(() => unavailable({ 'retry-after': new Date(Date.now() + 1000).toUTCString() })));
    await gatehouse.signUp(aUser());
    expect(sent.map(({ status }) => status)).toEqual([503, 201]);
  });

  it('fails after three retries', async () => {
    const { gatehouse, sent, intercept } = aDevice(api.url);
    intercept(() => unavailable({ 'retry-after': '0' }));
    await expect(gatehouse.signUp(aUser())).rejects.toMatchObject({ code: 'unavailable' });
    expect(sent).toHaveLength(4);
  });

  it('fails without a retry if there is no Retry-After', async () => {
    const { gatehouse, sent, intercept } = aDevice(api.url);
    intercept(() => unavailable({}));
    await expect(gatehouse.signUp(aUser())).rejects.toMatchObject({ code: 'unavailable' });
    expect(sent).toHaveLength(1);
  });

  it('fails as soon as its signal is aborted', async () => {
    const { gatehouse, intercept, sent } = aDevice(api.url);
    intercept(() => unavailable({ 'retry-after': '5' }));
    const controller = new AbortController();
    const calling = gatehouse.signUp(aUser(), { signal: controller.signal });
    await eventually(() => expect(sent).toMatchObject([{ status: 503 }]));
    const before = Date.now();
    controller.abort(new Error('no longer needed'));
    await expect(calling).rejects.toThrow('no longer needed');
    expect(Date.now() - before).toBeLessThan(4000);
    expect(sent).toHaveLength(1);
  });
});

describe('A request whose connection is lost', () => {
  it('is sent again with its idempotency key, and is done once', async () => {
    const proxy = await TcpProxy.start(api.url);
    const { gatehouse, to } = aDevice(proxy.url);
    const user = aUser();
    proxy.delayReplies(60_000);
    const signingUp = gatehouse.signUp(user);
    // The account exists, but nobody has been told.
    await eventually(async () => expect((await api.login(user)).status).toBe(200));
    proxy.delayReplies(0);
    proxy.dropOpen();

    expect((await signingUp)?.user.email).toBe(user.email);
    expect(to(REGISTER).map(({ status }) => status)).toEqual([undefined, 201]);
    const keys = to(REGISTER).map(({ headers }) => headers.get('idempotency-key'));
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  it('is not sent again if it might then be done twice', async () => {
    const { gatehouse, sent, intercept } = aDevice(api.url);
    intercept(offline);
    await expect(gatehouse.signIn(aUser())).rejects.toThrow('fetch failed');
    expect(sent).toHaveLength(1);
  });

  it('is sent again if it only reads', async () => {
    const storage = memoryStorage();
    await aDevice(api.url, { storage }).gatehouse.signUp(aUser());
    const { gatehouse, to, intercept } = aDevice(api.url, { storage });
    intercept(first(offline, offline));
    expect(await gatehouse.call(getMe)).toEqual(gatehouse.user);
    expect(to(ME).map(({ status }) => status)).toEqual([undefined, undefined, 200]);
  });
});

describe('An idempotency key', () => {
  it('is sent with what takes one, and with nothing else', async () => {
    const { gatehouse, sent } = aDevice(api.url);
    const user = aUser();
    await gatehouse.signUp(user);
    await gatehouse.call(login, { body: user });
    expect(sent.map(({ headers }) => headers.has('idempotency-key'))).toEqual([true, false]);
  });

  it('is a new one for each call, unless the caller has one', async () => {
    const { gatehouse, sent } = aDevice(api.url);
    const [body, headers] = [aUser(), { 'Idempotency-Key': 'form-of-ada' }];
    const once = await gatehouse.call(register, { body, headers });
    expect(await gatehouse.call(register, { body, headers })).toEqual(once);
    await gatehouse.signUp(aUser());
    await gatehouse.signUp(aUser());
    const keys = sent.map((request) => request.headers.get('idempotency-key'));
    expect(keys.slice(0, 2)).toEqual(['form-of-ada', 'form-of-ada']);
    expect(new Set(keys).size).toBe(3);
  });
});
