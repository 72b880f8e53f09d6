import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import {
  expectEverywhere,
  idOf,
  NOBODY,
  setRoles,
  suspend,
  userWithPermissions,
  userWithRoles,
} from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import type { Answer, ApiClient, ListBody } from '../support/client.js';
import { signIn, type SignedUp, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { WITH_ADMIN } from '../support/use-app.js';

interface TokenBody {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresIn: number;
}

const REASON = 'Ticket 4711';
const running = useApiApp(WITH_ADMIN);
const replica = useApiApp(WITH_ADMIN, running);
const { api, clock } = running;

const impersonate = (caller: ApiClient, id: string, reason: unknown = REASON): Promise<Answer<TokenBody>> =>
  caller.post(`/users/${id}/impersonate`, { reason });

async function asUser(caller: ApiClient, user: SignedUp): Promise<ApiClient> {
  const { status, body } = await impersonate(caller, idOf(user));
  expect(status).toBe(200);
  return api.as(body);
}

const expectEnded = (client: ApiClient) => expectEverywhere([running, replica], client, '/users/me', 401);

describe('an administrator who acts as a user', () => {
  it('is in the audit log, and in the history of the user with the reason', async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const user = await signUp(api);
    await asUser(boss.api, user);
    const log = await boss.api.get<ListBody<object>>(`/audit-events?subjectId=${idOf(user)}`);
    expect(log.body.items[0]).toMatchObject({
      type: 'user.impersonated',
      actorId: idOf(boss),
      reason: REASON,
    });
    const own = await user.api.get<ListBody<object>>('/users/me/audit-events');
    expect(own.body.items[0]).toMatchObject({
      type: 'user.impersonated',
      actorType: 'administrator',
      actorId: null,
      ipAddress: null,
      reason: REASON,
    });
  });

  it('is named in what they change', async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const user = await signUp(api);
    const acting = await asUser(boss.api, user);
    await acting.patch('/users/me', { displayName: 'Fixed' });
    await acting.patch('/users/me', { displayName: 'Fixed' });
    const log = await boss.api.get<ListBody<object>>(`/audit-events?subjectId=${idOf(user)}`);
    expect(log.body.items[0]).toMatchObject({
      type: 'user.updated',
      actorId: idOf(user),
      impersonatorId: idOf(boss),
      changes: { displayName: { from: null, to: 'Fixed' } },
    });
    expect(log.body.items[1]).toMatchObject({ type: 'user.impersonated' });
    const own = await user.api.get<ListBody<object>>('/users/me/audit-events');
    expect(own.body.items[0]).toMatchObject({
      actorType: 'administrator',
      actorId: null,
      impersonatorId: null,
      ipAddress: null,
    });
  });

  it('gets nothing under /auth, and nothing that needs a recent sign-in', async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const acting = await asUser(boss.api, await signUp(api));
    const other = await userWithRoles(running, 'user', 'admin');
    const actingAsAdmin = await asUser(boss.api, other);
    const refused = [
      await acting.get('/auth/sessions'),
      await acting.delete('/auth/sessions'),
      await acting.post('/auth/logout'),
      await acting.post('/auth/step-up', { password: 'x' }),
      await acting.post('/auth/api-keys', { name: 'Mine', permissions: [] }),
      await acting.post('/auth/password/change', { newPassword: 'seven brave otters' }),
      await actingAsAdmin.send('PUT', '/roles/mine', { json: { permissions: [] } }),
      await impersonate(actingAsAdmin, idOf(other)),
    ];
    for (const answer of refused) {
      expectProblem(answer, 403, 'session-required');
    }
    expectProblem(await acting.patch('/users/me', { signInNotifications: false }), 403, 'session-required');
  });

  it('stops when they sign out, or may no longer do it, and when the user is suspended', async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const signedOut = await asUser((await signIn(api, boss)).api, await signUp(api));
    const owner = await signIn(api, boss);
    const acting = await asUser(owner.api, await signUp(api));
    expect((await acting.at(replica.api.url).get('/users/me')).status).toBe(200);
    expect((await signedOut.get('/users/me')).status).toBe(200);
    await owner.api.post('/auth/logout');
    await expectEnded(acting);
    expect((await signedOut.get('/users/me')).status).toBe(200);

    const demoted = await asUser(boss.api, await signUp(api));
    expect((await demoted.at(replica.api.url).get('/users/me')).status).toBe(200);
    await setRoles((await freshAdmin()).api, boss, ['user']);
    await expectEnded(demoted);

    const user = await signUp(api);
    const suspended = await asUser((await freshAdmin()).api, user);
    expect((await suspended.at(replica.api.url).get('/users/me')).status).toBe(200);
    await suspend((await freshAdmin()).api, user);
    await expectEnded(suspended);
  });

  it('can do no more than either of the two', async () => {
    const support = await userWithPermissions(running, 'users:impersonate', 'roles:read');
    const auditor = await userWithPermissions(running, 'audit:read');
    expectProblem(await impersonate(support.api, idOf(auditor)), 403, 'exceeds-your-permissions');
    const user = await signUp(api);
    const acting = await asUser(support.api, user);
    expectProblem(await acting.get('/roles'), 403, 'forbidden');
    // The user gets a permission that the administrator doesn't have.
    await setRoles((await freshAdmin()).api, user, auditor.session.user.roles);
    await eventually(async () => expect((await acting.me()).body.roles).toEqual(auditor.session.user.roles));
    expectProblem(await acting.get('/audit-events'), 403, 'forbidden');
  });

  it.each([
    ['without a reason', undefined],
    ['with an empty reason', ''],
    ['with a reason that nobody can read', '\u202E'],
    ['with one that is no text', 1],
  ])('must say why: not %s', async (_, reason) => {
    const user = await signUp(api);
    const { errors } = expectProblem(
      await (await freshAdmin()).api.post(`/users/${idOf(user)}/impersonate`, { reason }),
      400,
      'invalid-input',
    );
    expect(errors?.map(({ pointer }) => pointer)).toEqual(['/reason']);
  });

  it('needs a user who can sign in, and a session with the permission and a recent sign-in', async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const user = await signUp(api);
    expectProblem(await impersonate(boss.api, NOBODY), 404, 'user-not-found');
    await suspend(boss.api, user);
    expectProblem(await impersonate(boss.api, idOf(user)), 409, 'user-not-active');
    expectProblem(await impersonate(user.api, idOf(boss)), 401, 'unauthenticated');
    const writer = await userWithPermissions(running, 'users:write');
    expectProblem(await impersonate(writer.api, idOf(user)), 403, 'forbidden');
    const { body } = await boss.api.post<{ key: string }>('/auth/api-keys', {
      name: 'x',
      permissions: ['users:impersonate'],
    });
    const key = api.as({ accessToken: body.key });
    expectProblem(await impersonate(key, idOf(await signUp(api))), 403, 'session-required');
    clock.advance({ minutes: 5, seconds: 2 });
    const later = api.as((await api.refresh(boss.session.refreshToken)).body);
    expectProblem(await impersonate(later, idOf(user)), 401, 'step-up-required');
  });

  it('gets an access token for 15 minutes, which says who they are', async () => {
    const user = await signUp(api);
    const boss = await freshAdmin();
    const { status, body } = await impersonate(boss.api, idOf(user));
    expect([status, body]).toEqual([
      200,
      { accessToken: expect.any(String), tokenType: 'Bearer', expiresIn: 900 },
    ]);
    expect(decodeJwt(body.accessToken)).toMatchObject({
      sub: idOf(user),
      act: { sub: idOf(boss) },
      roles: ['user'],
      amr: [],
    });
    const acting = api.as(body);
    expect((await acting.me()).body.id).toBe(idOf(user));
    expect((await acting.patch('/users/me', { displayName: 'Fixed' })).status).toBe(200);
    clock.advance({ minutes: 15, seconds: 1 });
    expectProblem(await acting.get('/users/me'), 401, 'unauthenticated');
  });
});

function freshAdmin(): Promise<SignedUp> {
  return signIn(api, { email: WITH_ADMIN.ADMIN_EMAIL, password: WITH_ADMIN.ADMIN_PASSWORD });
}
