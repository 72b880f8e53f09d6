import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { ApiClient, type DeviceBody, type ListBody } from '../support/client.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { connectRaw } from '../support/raw-http.js';
import { query } from '../support/stored.js';
import { useApp } from '../support/use-app.js';

const { api, database } = useApp('api');

describe("a user's sessions", () => {
  it('are listed newest first, with the current one marked', async () => {
    const [phone, laptop] = await twoDevices();
    const { body } = await laptop.api.get<ListBody<DeviceBody>>('/auth/sessions');
    expect(body.items.map(({ userAgent, current }) => [userAgent, current])).toEqual([
      ['Laptop', true],
      ['Phone', false],
    ]);
    expect((await devicesOf(phone)).map(({ current }) => current)).toEqual([false, true]);
    expect(Object.keys(body.items[0] ?? {}).sort()).toEqual(
      [
        'id',
        'current',
        'deviceName',
        'userAgent',
        'ipAddress',
        'methods',
        'createdAt',
        'lastUsedAt',
        'expiresAt',
      ].sort(),
    );
  });

  it('are paginated', async () => {
    const [, laptop] = await twoDevices();
    const first = await laptop.api.get<ListBody<DeviceBody>>('/auth/sessions?limit=1&total=true');
    expect(first.body.page).toMatchObject({ previousCursor: null, total: 2 });
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await laptop.api.under('').get<ListBody<DeviceBody>>(next);
    expect(second.body.items.map(({ userAgent }) => userAgent)).toEqual(['Phone']);
    expect(second.body.page.nextCursor).toBeNull();
    // A cursor into another user's list.
    const another = await signUp(api);
    const cursor = encodeURIComponent(first.body.page.nextCursor ?? '');
    expectProblem(await another.api.get(`/auth/sessions?cursor=${cursor}`), 400, 'invalid-cursor');
  });

  it('can be paged back to the first', async () => {
    const user = await signUp(api.with({ 'user-agent': '1' }));
    for (const device of ['2', '3', '4']) {
      await signIn(api.with({ 'user-agent': device }), user);
    }
    const seen: string[] = [];
    let path = '/v2/auth/sessions?limit=1';
    for (const relation of ['next', 'next', 'prev', 'prev']) {
      const { body, headers } = await user.api.under('').get<ListBody<DeviceBody>>(path);
      seen.push(...body.items.map(({ userAgent }) => userAgent ?? ''));
      path = new RegExp(`<([^>]+)>; rel="${relation}"`).exec(headers.get('link') ?? '')?.[1] ?? '';
    }
    expect(seen).toEqual(['4', '3', '2', '3']);
    expect((await user.api.under('').get<ListBody<DeviceBody>>(path)).body.page.previousCursor).toBeNull();
  });

  it('show what their devices call themselves, in short and in ASCII', async () => {
    const user = await signUp(api.with({ 'user-agent': `K\u00e4se\t${'x'.repeat(300)}` }));
    const credentials = JSON.stringify({ email: user.email, password: user.password });
    // No fetch would do this.
    const withoutAgent =
      'POST /v2/auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${credentials.length}\r\n\r\n${credentials}`;
    const { responses, closedAfterMs } = await connectRaw(api.url, withoutAgent);
    await closedAfterMs;
    expect(responses()[0]?.status).toBe(200);
    const agents = (await devicesOf(user)).map(({ userAgent }) => userAgent);
    expect(agents).toEqual([null, `K?se?${'x'.repeat(251)}`]);
    expect((await devicesOf(user)).map(({ deviceName }) => deviceName)).toEqual([null, 'Unknown device']);
  });

  it('say what a person would call the device, and how they signed in on it', async () => {
    const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
    const user = await signUp(api.with({ 'user-agent': firefox }));
    await signIn(api.with({ 'user-agent': 'AcmeApp/3.2 (iPhone; iOS 17.2)' }), user);
    await signIn(api.with({ 'user-agent': '' }), user);
    const devices = await devicesOf(user);
    expect(devices.map(({ deviceName }) => deviceName)).toEqual([
      null,
      'AcmeApp on iPhone',
      'Firefox on Linux',
    ]);
    expect(devices.map(({ methods }) => methods)).toEqual([['pwd'], ['pwd'], ['pwd']]);
  });

  it('are neither listed nor counted once they have expired', async () => {
    const [, laptop] = await twoDevices();
    await query(
      database.url,
      `update accounts.sessions set expires_at = now() - interval '1 second' where user_id = $1 and user_agent = 'Phone'`,
      [laptop.session.user.id],
    );
    const { body } = await laptop.api.get<ListBody<DeviceBody>>('/auth/sessions?total=true');
    expect(body.items.map(({ userAgent }) => userAgent)).toEqual(['Laptop']);
    expect(body.page).toMatchObject({ total: 1 });
  });

  it('were last used when they were last refreshed', async () => {
    const { session, ...user } = await signUp(api);
    const [before] = await devicesOf(user);
    expect((await api.refresh(session.refreshToken)).status).toBe(200);
    const [after] = await devicesOf(user);
    expect(after?.createdAt).toBe(before?.createdAt);
    expect(Date.parse(after?.lastUsedAt ?? '')).toBeGreaterThan(Date.parse(before?.lastUsedAt ?? ''));
  });

  it('can be ended one at a time', async () => {
    const [phone, laptop] = await twoDevices();
    // It's cached from now on.
    expect((await phone.api.me()).status).toBe(200);
    const [, { id } = { id: '' }] = await devicesOf(laptop);
    expect((await laptop.api.delete(`/auth/sessions/${id}`)).status).toBe(204);
    expectProblem(await phone.api.me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(phone.session.refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await laptop.api.delete(`/auth/sessions/${id}`), 404, 'session-not-found');
    expect(await devicesOf(laptop)).toHaveLength(1);
  });

  it('cannot be ended by another user', async () => {
    const [victim, attacker] = await Promise.all([signUp(api), signUp(api)]);
    const [{ id } = { id: '' }] = await devicesOf(victim);
    expectProblem(await attacker.api.delete(`/auth/sessions/${id}`), 404, 'session-not-found');
    expectProblem(await attacker.api.delete('/auth/sessions/not-an-id'), 400, 'invalid-input');
    expect((await victim.api.me()).status).toBe(200);
  });

  it('can all be ended except the current one', async () => {
    const [phone, laptop] = await twoDevices();
    // It's cached from now on.
    expect((await phone.api.me()).status).toBe(200);
    expect((await laptop.api.delete('/auth/sessions')).status).toBe(204);
    expectProblem(await phone.api.me(), 401, 'unauthenticated');
    expect((await laptop.api.me()).status).toBe(200);
  });
});

describe('refreshing a session', () => {
  it('exchanges the token for the next one in the same session', async () => {
    const user = await signUp(api);
    const { status, body } = await api.refresh(user.session.refreshToken);
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(Object.keys(user.session).sort());
    expect(body.refreshToken).not.toBe(user.session.refreshToken);
    expect((await api.as(body).me()).status).toBe(200);
    expect(await devicesOf({ api: api.as(body) })).toHaveLength(1);
    expect((await api.refresh(body.refreshToken)).status).toBe(200);
  });

  it('returns the same successor to concurrent requests', async () => {
    const { session } = await signUp(api);
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.refresh(session.refreshToken)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
    const late = await api.refresh(session.refreshToken);
    expect(late.body.refreshToken).toBe(answers[0]?.body.refreshToken);
    expect((await api.refresh(late.body.refreshToken)).status).toBe(200);
  });

  it('rejects a forged token of the session, which stays active', async () => {
    const { session } = await signUp(api);
    const current = (await api.refresh(session.refreshToken)).body.refreshToken;
    // The first 20 bytes hold the id and count in clear. The signature follows.
    const head = session.refreshToken.slice(0, 27);
    const forged = `${head}${randomBytes(32).toString('base64url')}`;
    expectProblem(await api.refresh(forged), 401, 'invalid-refresh-token');
    const flipped = current.slice(0, -2) + (current.endsWith('AA') ? 'BB' : 'AA');
    expectProblem(await api.refresh(flipped), 401, 'invalid-refresh-token');
    expect((await api.refresh(current)).status).toBe(200);
  });

  it.each(['', 'x', 'é'.repeat(70), randomBytes(64).toString('base64url'), 'A'.repeat(70)])(
    'rejects %p',
    async (token) => {
      const { status } = await api.refresh(token);
      expect(status).toBe(token === '' ? 400 : 401);
    },
  );

  it('fails after the session ended', async () => {
    const { session, api: me } = await signUp(api);
    await me.post('/auth/logout');
    expectProblem(await api.refresh(session.refreshToken), 401, 'invalid-refresh-token');
  });
});

describe('an access token', () => {
  it.each([
    ['none', undefined, 'Bearer'],
    ['another scheme', 'Basic YTpi', /^Bearer/],
    ['no token', 'Bearer', /^Bearer/],
    ['garbage', 'Bearer a.b.c', 'Bearer error="invalid_token"'],
    ['two', 'Bearer a, Bearer b', /^Bearer/],
  ])('is required: %s', async (_, authorization, challenge) => {
    const answer = await api.get('/users/me', authorization === undefined ? {} : { authorization });
    expectProblem(answer, 401, 'unauthenticated');
    const given = answer.headers.get('www-authenticate') ?? '';
    expect(given).toEqual(typeof challenge === 'string' ? challenge : expect.stringMatching(challenge));
  });

  it('is accepted with its scheme in any case, and with any number of spaces', async () => {
    const { session } = await signUp(api);
    for (const scheme of ['Bearer ', 'bearer ', 'BEARER   ']) {
      const answer = await api.get('/users/me', { authorization: `${scheme}${session.accessToken}` });
      expect([scheme, answer.status]).toEqual([scheme, 200]);
    }
  });

  it('cannot be used as a refresh token, or the other way round', async () => {
    const { session } = await signUp(api);
    // It is longer than a refresh token may be.
    expectProblem(await api.refresh(session.accessToken), 400, 'invalid-input');
    expectProblem(await api.as({ accessToken: session.refreshToken }).me(), 401, 'unauthenticated');
  });
});

async function twoDevices(): Promise<[SignedUp, SignedUp]> {
  const phone = await signUp(api.with({ 'user-agent': 'Phone' }));
  return [phone, await signIn(api.with({ 'user-agent': 'Laptop' }), phone)];
}

async function devicesOf({ api: me }: { readonly api: ApiClient }): Promise<readonly DeviceBody[]> {
  return (await me.get<ListBody<DeviceBody>>('/auth/sessions')).body.items;
}
