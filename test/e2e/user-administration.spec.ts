import { describe, expect, it } from '@jest/globals';
import {
  expectEverywhere,
  idOf,
  NOBODY,
  restore,
  suspend,
  userWithPermissions,
} from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import { setUpTotp } from '../support/authenticator.js';
import type { ApiClient, DeviceBody, ListBody, UserBody } from '../support/client.js';
import { aUser, signIn, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { rowCounts } from '../support/stored.js';
import { WITH_ADMIN } from '../support/use-app.js';

const running = useApiApp(WITH_ADMIN);
const replica = useApiApp(WITH_ADMIN, running);
const { api, admin, clock, database } = running;

const expectStatus = (caller: ApiClient, path: string, status: number) =>
  expectEverywhere([running, replica], caller, path, status);

describe('a suspended user', () => {
  it('is signed out on all replicas, and can only sign in once they are restored', async () => {
    const user = await signUp(api);
    await expectStatus(user.api, '/users/me', 200);
    const { status, body, headers } = await suspend(admin, user);
    expect([status, body.status]).toEqual([200, 'suspended']);
    expect(headers.get('etag')).toBe(`"2-${idOf(user)}"`);
    await expectStatus(user.api, '/users/me', 401);
    expectProblem(await api.refresh(user.session.refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await api.login(user), 401, 'invalid-credentials');

    expect((await restore(admin, user)).body.status).toBe('active');
    await expectStatus(user.api, '/users/me', 401);
    const again = await signIn(api, user);
    expect((await again.api.me()).body.status).toBe('active');
  });

  it('stays the same version when suspended or restored again', async () => {
    const user = await signUp(api);
    const first = await suspend(admin, user);
    const second = await suspend(admin, user);
    expect(second.body).toEqual(first.body);
    const restored = await restore(admin, user);
    expect((await restore(admin, user)).body).toEqual(restored.body);
  });
});

describe('a user whom an administrator creates', () => {
  it('can sign in with the password that comes with them', async () => {
    const { email, password } = aUser();
    const given = {
      email,
      password,
      emailVerified: true,
      displayName: 'Grace',
      locale: 'de',
      timezone: 'Europe/Berlin',
      avatarUrl: 'https://acme.test/grace.png',
      metadata: { theme: 'dark' },
      appMetadata: { tier: 'gold' },
      roles: ['user', 'admin'],
    };
    const { status, body, headers } = await admin.post<UserBody>('/users', given);
    const { password: _, ...visible } = given;
    expect([status, body]).toEqual([201, expect.objectContaining(visible)]);
    expect(headers.get('location')).toBe(`/v2/users/${body.id}`);
    expect(headers.get('etag')).toBe(`"1-${body.id}"`);
    const user = await signIn(api, { email, password });
    expect((await user.api.get<UserBody>('/users/me')).body).toEqual(body);
  });

  it('has defaults, and an address that is to be verified', async () => {
    const { body } = await admin.post<UserBody>('/users', { email: aUser().email });
    expect(body).toMatchObject({
      emailVerified: false,
      roles: ['user'],
      status: 'active',
      displayName: null,
      locale: 'en',
      timezone: 'UTC',
      metadata: {},
      appMetadata: {},
    });
  });

  it('is created once for one `Idempotency-Key`', async () => {
    const json = { email: aUser().email };
    const key = { 'idempotency-key': json.email };
    const [first, second] = [await admin.post('/users', json, key), await admin.post('/users', json, key)];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expectProblem(await admin.post('/users', json), 409, 'email-taken');
  });

  it.each([
    [{ password: 'password' }, 422, 'weak-password', '/password'],
    [{ password: 'seven brave otters', invite: true }, 400, 'invalid-input', '/invite'],
    [{ roles: ['nobody'] }, 400, 'invalid-input', '/roles/0'],
    [{ appMetadata: [] }, 400, 'invalid-input', '/appMetadata'],
    [{ status: 'suspended' }, 400, 'invalid-input', '/status'],
  ])('is refused with %j', async (given, status, code, pointer) => {
    const { email } = aUser();
    const problem = expectProblem(await admin.post('/users', { email, ...given }), status, code);
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
    expect((await api.login({ email, password: 'seven brave otters' })).status).toBe(401);
  });
});

describe('what administrators change about a user', () => {
  it('is visible to the user, who can change the metadata but not what the product decides by', async () => {
    const user = await signUp(api);
    const path = `/users/${idOf(user)}`;
    await user.api.patch('/users/me', { metadata: { theme: 'dark' } });
    const etag = (await admin.get(path)).headers.get('etag') ?? '';
    const { status, body } = await admin.patch<UserBody>(
      path,
      { displayName: 'Grace', metadata: { lang: 'x' }, appMetadata: { tier: 'gold', seats: 3 } },
      { 'if-match': etag },
    );
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        displayName: 'Grace',
        metadata: { theme: 'dark', lang: 'x' },
        appMetadata: { tier: 'gold', seats: 3 },
      }),
    ]);
    expectProblem(
      await admin.patch(path, { displayName: 'X' }, { 'if-match': etag }),
      412,
      'precondition-failed',
    );
    expect((await admin.patch<UserBody>(path, { appMetadata: { tier: null } })).body.appMetadata).toEqual({
      seats: 3,
    });
    expect((await user.api.me()).body.appMetadata).toEqual({ seats: 3 });
    expectProblem(await user.api.patch('/users/me', { appMetadata: { tier: 'gold' } }), 400, 'invalid-input');
    expect((await admin.patch<UserBody>(path, { appMetadata: null })).body.appMetadata).toEqual({});
  });

  it('keeps metadata and app metadata within their size, each on its own', async () => {
    const user = await signUp(api);
    const path = `/users/${idOf(user)}`;
    const big = { a: 'x'.repeat(9000) };
    const more = { b: 'x'.repeat(9000) };
    expect((await admin.patch(path, { metadata: big, appMetadata: big })).status).toBe(200);
    const { errors } = expectProblem(await admin.patch(path, { appMetadata: more }), 400, 'invalid-input');
    expect(errors).toEqual([expect.objectContaining({ pointer: '/appMetadata', code: 'too-large' })]);
  });

  it.each(['PATCH', 'suspend', 'restore', 'roles', 'GET sessions', 'sessions', 'mfa'])(
    'is a 404 for a user who does not exist: %s',
    async (what) => {
      const path = `/users/${NOBODY}`;
      const answers: Record<string, () => Promise<unknown>> = {
        PATCH: () => admin.patch(path, {}),
        suspend: () => admin.post(`${path}/suspend`),
        restore: () => admin.post(`${path}/restore`),
        roles: () => admin.send('PUT', `${path}/roles`, { json: { roles: [] } }),
        'GET sessions': () => admin.get(`${path}/sessions`),
        sessions: () => admin.delete(`${path}/sessions`),
        mfa: () => admin.delete(`${path}/mfa`),
      };
      expectProblem((await answers[what]?.()) as never, 404, 'user-not-found');
    },
  );
});

describe("a user's sessions", () => {
  it('are listed and ended by administrators', async () => {
    const user = await signUp(api);
    const other = await signIn(api, user);
    const path = `/users/${idOf(user)}/sessions`;
    const { body } = await admin.get<ListBody<DeviceBody>>(path);
    expect(body.items.map(({ id, current }) => [id, current])).toEqual(
      (await other.api.get<ListBody<DeviceBody>>('/auth/sessions')).body.items.map(({ id }) => [id, false]),
    );
    expect((await admin.delete(path)).status).toBe(204);
    await expectStatus(user.api, '/users/me', 401);
    await expectStatus(other.api, '/users/me', 401);
    expect((await admin.get<ListBody<DeviceBody>>(path)).body.items).toEqual([]);
    expect((await api.login(user)).status).toBe(200);
  });
});

describe('a user who has lost their phone', () => {
  it('can sign in without it once an administrator has removed it', async () => {
    const user = await signUp(api);
    await setUpTotp(user.api, clock);
    expectProblem(await api.login(user), 401, 'mfa-required');
    expect((await admin.delete(`/users/${idOf(user)}/mfa`)).status).toBe(204);
    expect((await api.login(user)).status).toBe(200);
    expect(await rowCounts(database.url)).toMatchObject({
      'accounts.totp_factors': 0,
      'accounts.recovery_codes': 0,
    });
    expect((await admin.delete(`/users/${idOf(user)}/mfa`)).status).toBe(204);
    // The second time, there was nothing to remove.
    const events = `/audit-events?subjectId=${idOf(user)}&type=second-factor.removed`;
    expect((await admin.get<ListBody<object>>(events)).body.items).toHaveLength(1);
  });
});

describe('an administrator who signed in a while ago', () => {
  it('must have signed in or stepped up in the last five minutes to change something', async () => {
    const helper = await userWithPermissions(running, 'users:write', 'users:read');
    const user = await signUp(api);
    clock.advance({ minutes: 5, seconds: 2 });
    const again = api.as((await api.refresh(helper.session.refreshToken)).body);
    expectProblem(await suspend(again, user), 401, 'step-up-required');
    expect((await again.get(`/users/${idOf(user)}`)).status).toBe(200);
  });
});
