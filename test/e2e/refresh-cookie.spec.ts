import { describe, expect, it } from '@jest/globals';
import { parseSetCookie } from 'cookie';
import type { Answer, ApiClient, ListBody, SessionBody } from '../support/client.js';
import { aUser, signIn, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { useApps } from '../support/use-app.js';

const APP = 'https://app.acme.com';
const COOKIE = '__Secure-gatehouse-refresh';
const apps = useApps({
  known: [
    'api',
    {
      CORS_ORIGINS: 'https://admin.acme.com,http://localhost:*',
      APP_URL: `${APP}/welcome`,
      PUBLIC_URL: 'https://accounts.acme.com/door',
    },
  ],
  /** Any page may call it. */
  open: ['api', { CORS_ORIGINS: '*' }],
});
const { database } = apps;
const { api } = apps.known;
const page = (): ApiClient => api.with({ origin: APP });
const browser = (): ApiClient => page().with({ 'session-transport': 'cookie' });

describe('a session with the cookie transport', () => {
  it('keeps its refresh token in a cookie that only /auth of this version gets', async () => {
    for (const version of ['/v1', '/v2']) {
      const user = await signUp(api);
      const { status, headers, body } = await browser().under(version).login(user);
      expect(status).toBe(200);
      expect(Object.keys(body).sort()).toEqual(['accessToken', 'expiresIn', 'tokenType', 'user']);
      expect(refreshCookieIn(headers)).toEqual({
        name: COOKIE,
        value: expect.stringMatching(/^[\w-]{70}$/),
        httpOnly: true,
        secure: true,
        sameSite: 'strict',
        path: `/door${version}/auth`,
        maxAge: 30 * 24 * 60 * 60,
      });
    }
  });

  it('can start with a registration, also when that is repeated', async () => {
    const user = aUser();
    const once = { 'idempotency-key': user.email };
    const first = await browser().with(once).register(user);
    const again = await browser().with(once).register(user);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(first.body).not.toHaveProperty('refreshToken');
    expect(again.body).toEqual(first.body);
    expect(tokenIn(again)).toBe(tokenIn(first));
    // Without the header, it's in the body as ever.
    const plain = await page().with(once).register(user);
    expect(plain.body.refreshToken).toBe(tokenIn(first));
    expect(refreshCookieIn(plain.headers)).toBeUndefined();
  });

  it('is refreshed with the cookie, and the new token is nowhere else', async () => {
    const { cookie } = await started();
    for (const client of [browser(), page()]) {
      for (const send of [
        () => client.with({ cookie }).send<SessionBody>('POST', '/auth/refresh'),
        () => client.with({ cookie }).post<SessionBody>('/auth/refresh', {}),
      ]) {
        const refreshed = await send();
        expect(refreshed.status).toBe(200);
        expect(refreshed.body).not.toHaveProperty('refreshToken');
        expect(`${COOKIE}=${tokenIn(refreshed)}`).not.toBe(cookie);
        expect((await api.as(refreshed.body).me()).status).toBe(200);
      }
    }
  });

  it('gives two tabs that refresh at once the same cookie', async () => {
    const { cookie } = await started();
    const tabs = await Promise.all(
      Array.from({ length: 5 }, () => browser().with({ cookie }).post('/auth/refresh')),
    );
    expect(tabs.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(new Set(tabs.map(tokenIn)).size).toBe(1);
  });

  it('can continue one whose token was in the body', async () => {
    const { session } = await signUp(page());
    const moved = await browser().refresh(session.refreshToken);
    expect(moved.body).not.toHaveProperty('refreshToken');
    expect(
      (
        await browser()
          .with({ cookie: cookieOf(moved) })
          .post('/auth/refresh')
      ).status,
    ).toBe(200);
  });

  it('prefers the token in the body to the cookie', async () => {
    const { cookie } = await started();
    const { session } = await signUp(page());
    const { body } = await page().with({ cookie }).refresh(session.refreshToken);
    expect(body.user.id).toBe(session.user.id);
    expect(body.refreshToken).toEqual(expect.any(String));
  });

  it('is ended by signing out with the cookie alone', async () => {
    const { cookie, body, user } = await started();
    const { status, headers } = await page().with({ cookie }).post('/auth/logout');
    expect(status).toBe(204);
    expect(refreshCookieIn(headers)).toEqual({
      name: COOKIE,
      value: '',
      httpOnly: true,
      secure: true,
      sameSite: 'strict',
      path: '/door/v2/auth',
      maxAge: 0,
    });
    expectProblem(await api.as(body).me(), 401, 'unauthenticated');
    expectProblem(await browser().with({ cookie }).post('/auth/refresh'), 401, 'invalid-refresh-token');
    // Someone who is signed out already is told so, and the cookie goes.
    const again = await page().with({ cookie }).post('/auth/logout');
    expect([again.status, tokenIn(again)]).toEqual([204, '']);
    const elsewhere = await signIn(api, user);
    const history = await elsewhere.api.get<ListBody<object>>('/users/me/audit-events');
    expect(history.body.items.slice(1, 3)).toMatchObject([
      { type: 'session.ended', actorType: 'user' },
      { type: 'session.started' },
    ]);
  });

  it('is ended with the session of the access token', async () => {
    const { cookie } = await started();
    const { session } = await signUp(api);
    expect((await page().as(session).with({ cookie }).post('/auth/logout')).status).toBe(204);
    expectProblem(await browser().with({ cookie }).post('/auth/refresh'), 401, 'invalid-refresh-token');
    expectProblem(await api.as(session).me(), 401, 'unauthenticated');
  });

  it('can be ended with an earlier cookie, but not with a forged one', async () => {
    const { cookie, body } = await started();
    await browser().with({ cookie }).post('/auth/refresh');
    const forged = cookie.replace(/.{6}$/, 'AAAAAA');
    expect((await page().with({ cookie: forged }).post('/auth/logout')).status).toBe(204);
    expect((await api.as(body).me()).status).toBe(200);
    expect((await page().with({ cookie }).post('/auth/logout')).status).toBe(204);
    expectProblem(await api.as(body).me(), 401, 'unauthenticated');
  });
});

describe('a request with the cookie transport', () => {
  it.each([
    APP,
    'https://accounts.acme.com',
    'https://admin.acme.com',
    'http://localhost:5173',
    'http://localhost',
  ])('may come from %s', async (origin) => {
    const { cookie } = await started();
    expect((await browser().with({ origin, cookie }).post('/auth/refresh')).status).toBe(200);
  });

  it.each([
    undefined,
    'null',
    '*',
    'http://app.acme.com',
    'https://acme.com',
    'https://app.acme.com:8443',
    'https://app.acme.com.evil.com',
    'http://localhost.evil.com:5173',
  ])('is refused from %s, before anything happens', async (origin) => {
    const { cookie, user } = await started();
    const sessions = await sessionRows();
    const from = (client: ApiClient): ApiClient => (origin === undefined ? client : client.with({ origin }));
    const asking = from(api).with({ 'session-transport': 'cookie' });
    const refused = [
      await asking.login(user),
      await asking.register(aUser()),
      await asking.with({ cookie }).post('/auth/refresh'),
      await from(api).with({ cookie }).post('/auth/refresh'),
      await from(api).with({ cookie }).post('/auth/logout'),
    ];
    for (const answer of refused) {
      expectProblem(answer, 403, 'origin-not-allowed');
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(await sessionRows()).toEqual(sessions);
  });

  it.each(['https://evil.com', '*'])(
    'is refused from %s even if any page may call the API',
    async (origin) => {
      const { cookie, user } = await started();
      const anyone = apps.open.api.with({ origin });
      const plain = await anyone.login(user);
      expect([plain.status, plain.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
      expect(plain.headers.get('access-control-allow-credentials')).toBeNull();
      expectProblem(await anyone.with({ cookie }).post('/auth/refresh'), 403, 'origin-not-allowed');
      expectProblem(await anyone.with({ cookie }).post('/auth/logout'), 403, 'origin-not-allowed');
      expectProblem(
        await anyone.with({ 'session-transport': 'cookie' }).login(user),
        403,
        'origin-not-allowed',
      );
    },
  );

  it('says which transports there are', async () => {
    const { user } = await started();
    const { detail } = expectProblem(
      await page().with({ 'session-transport': 'header' }).login(user),
      400,
      'invalid-input',
    );
    expect(detail).toBe('The Session-Transport header must be `cookie`.');
  });

  it('without a token is no session', async () => {
    expectProblem(await browser().post('/auth/refresh'), 401, 'invalid-refresh-token');
    expectProblem(
      await browser()
        .with({ cookie: `${COOKIE}=` })
        .post('/auth/refresh'),
      401,
      'invalid-refresh-token',
    );
    expectProblem(await page().post('/auth/logout'), 401, 'unauthenticated');
    const { errors } = expectProblem(await page().post('/auth/refresh'), 400, 'invalid-input');
    expect(errors).toEqual([{ pointer: '/refreshToken', code: 'required', message: 'is required' }]);
  });

  it('can be sent by a page of another origin, with its cookie', async () => {
    const preflight = await api.send('OPTIONS', '/auth/refresh', {
      headers: {
        origin: 'https://admin.acme.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'session-transport',
      },
    });
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': 'https://admin.acme.com',
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'session-transport',
    });
    const { headers } = await browser().with({ origin: 'https://evil.com' }).post('/auth/refresh');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });
});

it('is offered by every operation that returns a session', async () => {
  const { body } = await api.under('').get<Document>('/openapi/v2.json');
  const found = Object.entries(body.paths).flatMap(([path, item]) =>
    Object.values(item)
      .filter(({ responses }) => JSON.stringify(responses).includes('schemas/Session"'))
      .map((operation) => [path, JSON.stringify(operation)] as const),
  );
  expect(found.map(([path]) => path).sort()).toEqual([
    '/v2/auth/login',
    '/v2/auth/login/mfa',
    '/v2/auth/oauth/exchange',
    '/v2/auth/otp/verify',
    '/v2/auth/passkeys/login',
    '/v2/auth/refresh',
    '/v2/auth/register',
  ]);
  for (const [, operation] of found) {
    expect(operation).toContain('parameters/SessionTransportHeader');
    expect(operation).toContain('headers/SetCookie');
    expect(operation).toContain('OriginNotAllowed');
  }
});

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>;
}

async function started(): Promise<{ cookie: string; body: SessionBody; user: ReturnType<typeof aUser> }> {
  const user = aUser();
  const answer = await browser().register(user);
  return { cookie: cookieOf(answer), body: answer.body, user };
}

function refreshCookieIn(headers: Headers): ReturnType<typeof parseSetCookie> | undefined {
  return headers
    .getSetCookie()
    .map((cookie) => parseSetCookie(cookie))
    .find(({ name }) => name === COOKIE);
}

function tokenIn({ headers }: Answer<unknown>): string | undefined {
  return refreshCookieIn(headers)?.value;
}

function cookieOf(answer: Answer<unknown>): string {
  return `${COOKIE}=${tokenIn(answer) ?? ''}`;
}

/** How many sessions there are, and the current token of each. */
function sessionRows(): Promise<unknown[]> {
  return query(database.url, 'select id, token_hash, ended_at from accounts.sessions order by id');
}
