import { describe, expect, it } from '@jest/globals';
import type { DeviceBody, ListBody } from '../support/client.js';
import { signIn, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { useApp, useUser, WITH_ADMIN } from '../support/use-app.js';

const app = useApp('api', WITH_ADMIN);
const { api } = app;
const user = useUser(api);

const etag = async (): Promise<string> => (await user.api.me()).headers.get('etag') ?? '';

describe('GET of a profile', () => {
  it('returns 304 with the ETag, and lets browsers ask again', async () => {
    const current = await etag();
    const { status, headers, body } = await user.api.with({ 'if-none-match': current }).me();
    expect([status, body]).toEqual([304, undefined]);
    expect(headers.get('etag')).toBe(current);
    for (const answer of [headers, (await user.api.me()).headers]) {
      expect(answer.get('cache-control')).toBe('private, no-cache');
    }
  });

  it('returns another ETag to another user, whose browser may have kept the profile of the first', async () => {
    const other = await signUp(api);
    const { status, body, headers } = await other.api.with({ 'if-none-match': await etag() }).me();
    expect([status, body.email]).toEqual([200, other.email]);
    expect(headers.get('etag')).not.toBe(await etag());
  });

  it('returns no Content-Length with a 304 to HEAD', async () => {
    const { status, headers } = await user.api.send('HEAD', '/users/me', {
      headers: { 'if-none-match': await etag() },
    });
    expect([status, headers.get('content-length')]).toEqual([304, null]);
  });

  it('checks If-Match before If-None-Match', async () => {
    const conditions = { 'if-match': '"999"', 'if-none-match': await etag() };
    expectProblem(await user.api.with(conditions).me(), 412, 'precondition-failed');
    expectProblem(
      await app.admin.with(conditions).get(`/users/${user.session.user.id}`),
      412,
      'precondition-failed',
    );
  });

  it.each(['if-match', 'if-none-match'])('rejects a malformed %s', async (name) => {
    expectProblem(await user.api.with({ [name]: '1' }).me(), 400, 'malformed-request');
  });
});

describe('PATCH of a profile', () => {
  const patch = (headers: Record<string, string>) =>
    user.api.with(headers).patch('/users/me', { displayName: `Ada ${Math.random()}` });

  it('fails with If-None-Match: *, since the profile exists', async () => {
    expectProblem(await patch({ 'if-none-match': '*' }), 412, 'precondition-failed');
  });

  it('fails with the current version in If-None-Match', async () => {
    expectProblem(await patch({ 'if-none-match': await etag() }), 412, 'precondition-failed');
    expect((await patch({ 'if-none-match': '"999"' })).status).toBe(200);
  });

  it('says what an unquoted tag should look like', async () => {
    expectProblem(await patch({ 'if-match': '1' }), 400, 'malformed-request');
  });

  it('names the media types that it accepts', async () => {
    const answer = await user.api.send('PATCH', '/users/me', {
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    });
    expectProblem(answer, 415, 'unsupported-media-type');
    expect(answer.headers.get('accept-patch')).toBe('application/merge-patch+json, application/json');
  });
});

describe('DELETE of a session', () => {
  it('fails with a tag, because sessions have none', async () => {
    const other = await signIn(api, user);
    const { body } = await other.api.get<ListBody<DeviceBody>>('/auth/sessions');
    const id = body.items.find(({ current }) => current)?.id ?? '';
    const end = (ifMatch: string) =>
      user.api.send('DELETE', `/auth/sessions/${id}`, { headers: { 'if-match': ifMatch } });
    expectProblem(await end('"zzz"'), 412, 'precondition-failed');
    expect((await other.api.me()).status).toBe(200);
    expect((await end('*')).status).toBe(204);
    expectProblem(await end('"zzz"'), 404, 'session-not-found');
  });
});

describe('a list', () => {
  it('gives the same page the same cursor', async () => {
    await signIn(api, user);
    const pages = await Promise.all(
      [1, 2].map(() => user.api.get<ListBody<DeviceBody>>('/auth/sessions?limit=1')),
    );
    const [first, second] = pages.map(({ body }) => body.page.nextCursor);
    expect(first).toEqual(expect.any(String));
    expect(second).toBe(first);
  });

  it('accepts an offset without a colon, as some clients write it', async () => {
    const time = encodeURIComponent('2020-01-01T00:00:00.000000+0000');
    expect((await app.admin.get(`/users?createdAfter=${time}`)).status).toBe(200);
    expectProblem(await app.admin.get(`/users?createdAfter=${time}9`), 400, 'invalid-input');
  });
});

describe('WWW-Authenticate', () => {
  const challenge = async (authorization: string) =>
    (await api.with({ authorization }).me()).headers.get('www-authenticate');

  it('only speaks of a token if there was one', async () => {
    expect(await challenge('Basic dXNlcjpwYXNz')).toBe('Bearer');
    expect(await challenge('Bearer x')).toBe('Bearer error="invalid_token"');
    expect((await api.me()).headers.get('www-authenticate')).toBe('Bearer');
  });

  it('says when a permission is missing', async () => {
    const answer = await user.api.get('/users');
    expectProblem(answer, 403, 'forbidden');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
  });
});
