import { describe, expect, it } from '@jest/globals';
import {
  expectEverywhere,
  idOf,
  NOBODY,
  restore,
  setRoles,
  suspend,
  userWithPermissions,
  userWithRoles,
} from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import type { ApiClient } from '../support/client.js';
import { aUser, signIn, type SignedUp, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { ADMIN, WITH_ADMIN } from '../support/use-app.js';

const running = useApiApp(WITH_ADMIN);
const replica = useApiApp(WITH_ADMIN, running);
const { api, admin, database } = running;

const demote = (caller: ApiClient, user: SignedUp) => setRoles(caller, user, ['user']);

const expectStatus = (caller: ApiClient, path: string, status: number) =>
  expectEverywhere([running, replica], caller, path, status);

describe('the roles of a user', () => {
  it('count on all replicas and in all sessions', async () => {
    const user = await signUp(api);
    const other = await signIn(api, user);
    await expectStatus(user.api, '/users', 403);
    await expectStatus(other.api, '/users', 403);
    await admin.send('PUT', '/roles/reader', { json: { permissions: ['users:read'] } });
    expect((await setRoles(admin, user, ['user', 'reader'])).body.roles).toEqual(['user', 'reader']);
    await expectStatus(user.api, '/users', 200);
    await expectStatus(other.api, '/users', 200);
    await setRoles(admin, user, ['user']);
    await expectStatus(user.api, '/users', 403);
    await expectStatus(other.api, '/users', 403);
  });

  it('are in the next access token', async () => {
    const user = await signUp(api);
    await setRoles(admin, user, []);
    const { body } = await api.refresh(user.session.refreshToken);
    expect(body.user.roles).toEqual([]);
  });

  it('must exist, each once', async () => {
    const user = await signUp(api);
    const unknown = expectProblem(await setRoles(admin, user, ['user', 'nobody']), 400, 'invalid-input');
    expect(unknown.errors).toEqual([expect.objectContaining({ pointer: '/roles/1', code: 'unknown-role' })]);
    for (const roles of [['user', 'user'], 'user', [1], [null], {}]) {
      const { errors } = expectProblem(await setRoles(admin, user, roles as string[]), 400, 'invalid-input');
      expect(errors?.map(({ pointer }) => pointer)).toEqual(['/roles']);
    }
  });

  it('are only replaced in the version that the caller knows', async () => {
    const user = await signUp(api);
    const stale = admin.with({ 'if-match': `"7-${idOf(user)}"` });
    expectProblem(await setRoles(stale, user, []), 412, 'precondition-failed');
    expect((await setRoles(admin.with({ 'if-match': `"1-${idOf(user)}"` }), user, [])).status).toBe(200);
  });
});

describe('the last admin', () => {
  const everyone = `update accounts.users set roles = '{user}', status = 'active' where roles @> '{admin}'`;
  const admins = `select id from accounts.users where roles @> '{admin}' and status = 'active'`;

  it("can't suspend or demote themselves", async () => {
    const last = { ...ADMIN, session: { user: (await admin.me()).body } } as SignedUp;
    expectProblem(await suspend(admin, last), 409, 'last-admin');
    expectProblem(await setRoles(admin, last, ['user']), 409, 'last-admin');
    expect((await setRoles(admin, last, ['admin', 'user'])).status).toBe(200);
  });

  it.each([
    ['suspend', suspend, suspend],
    ['demote', demote, demote],
    ['suspend or demote', suspend, demote],
  ])('stays when two try to %s themselves at the same instant', async (_, leave, leaveToo) => {
    for (let round = 0; round < 5; round += 1) {
      await query(database.url, everyone);
      const [one, other] = [
        await userWithRoles(running, 'user', 'admin'),
        await userWithRoles(running, 'user', 'admin'),
      ];
      const answers = await Promise.all([
        leave(one.api, one),
        leaveToo(other.api.at(replica.api.url), other),
      ]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      expect(await query(database.url, admins)).toHaveLength(1);
    }
    await query(database.url, everyone);
    await query(database.url, `update accounts.users set roles = '{user,admin}' where id = $1`, [
      (await admin.me()).body.id,
    ]);
  });

  it("can't be removed by the owner of an address that was never verified", async () => {
    await query(database.url, everyone);
    const root = await signUp(api);
    await query(database.url, `update accounts.users set roles = '{user,admin}' where id = $1`, [idOf(root)]);
    const mails = await mailsInOutbox(running, database.url, idOf(root));
    const disown = () => api.post('/auth/email/disown', { token: linkTokenOf(mails[0]) });
    expectProblem(await disown(), 409, 'last-admin');
    await query(database.url, `update accounts.users set roles = '{user,admin}' where id = $1`, [
      (await admin.me()).body.id,
    ]);
    expect((await disown()).status).toBe(204);
  });

  it('stays when two suspend each other at the same instant', async () => {
    const [one, other] = [
      await userWithRoles(running, 'user', 'admin'),
      await userWithRoles(running, 'user', 'admin'),
    ];
    const answers = await Promise.all([suspend(one.api, other), suspend(other.api, one)]);
    // Whoever comes second is no longer signed in.
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    await query(database.url, everyone.replace('roles @>', 'id <> $1 and roles @>'), [
      (await admin.me()).body.id,
    ]);
  });
});

describe('an administrator with some permissions', () => {
  it("can't give or take more than they have, or touch the account of someone who has more", async () => {
    const helper = await userWithPermissions(running, 'users:write', 'roles:write');
    const boss = await userWithRoles(running, 'user', 'admin');
    const user = await signUp(api);
    await admin.send('PUT', '/roles/reader', { json: { permissions: ['users:read'] } });
    const refused = [
      await setRoles(helper.api, helper, ['admin']),
      await setRoles(helper.api, helper, ['reader']),
      await setRoles(helper.api, user, ['user', 'admin']),
      await setRoles(helper.api, boss, ['user']),
      await suspend(helper.api, boss),
      await helper.api.patch(`/users/${idOf(boss)}`, { displayName: 'Mine' }),
      await helper.api.delete(`/users/${idOf(boss)}/sessions`),
      await helper.api.delete(`/users/${idOf(boss)}/mfa`),
      await helper.api.send('PUT', '/roles/reader', { json: { permissions: [] } }),
      await helper.api.send('PUT', '/roles/mine', { json: { permissions: ['users:read'] } }),
      await helper.api.delete('/roles/reader'),
      await helper.api.post('/users', { ...aUser(), roles: ['admin'] }),
    ];
    for (const answer of refused) {
      expectProblem(answer, 403, 'exceeds-your-permissions');
    }
    expect((await suspend(helper.api, user)).status).toBe(200);
    expect((await restore(helper.api, user)).status).toBe(200);
    expect((await boss.api.me()).status).toBe(200);
  });

  it('needs `roles:write` to give a new user roles', async () => {
    const helper = await userWithPermissions(running, 'users:write');
    const { email } = aUser();
    expect((await helper.api.post('/users', { email })).status).toBe(201);
    await admin.send('PUT', '/roles/nothing', { json: { permissions: [] } });
    const answer = await helper.api.post('/users', { email: aUser().email, roles: ['user', 'nothing'] });
    expectProblem(answer, 403, 'exceeds-your-permissions');
  });

  it.each([
    ['GET', '/roles', 'roles:read'],
    ['GET', '/permissions', 'roles:read'],
    ['PUT', '/roles/made', 'roles:write'],
    ['DELETE', `/roles/nobodys`, 'roles:write'],
    ['POST', '/users', 'users:write'],
    ['PATCH', `/users/${NOBODY}`, 'users:write'],
    ['POST', `/users/${NOBODY}/suspend`, 'users:write'],
    ['POST', `/users/${NOBODY}/restore`, 'users:write'],
    ['PUT', `/users/${NOBODY}/roles`, 'roles:write'],
    ['GET', `/users/${NOBODY}/sessions`, 'users:read'],
    ['DELETE', `/users/${NOBODY}/sessions`, 'users:write'],
    ['DELETE', `/users/${NOBODY}/mfa`, 'users:write'],
  ])('may %s %s with %s and nothing else', async (method, path, permission) => {
    const every = ['users:read', 'users:write', 'roles:read', 'roles:write'];
    const body = method === 'PUT' ? { permissions: [], roles: [] } : { email: 'nonsense' };
    const json = method === 'GET' || method === 'DELETE' ? undefined : body;
    const allowed = await userWithPermissions(running, permission);
    const others = await userWithPermissions(running, ...every.filter((each) => each !== permission));
    expectProblem(await others.api.send(method, path, { json }), 403, 'forbidden');
    expect([401, 403]).not.toContain((await allowed.api.send(method, path, { json })).status);
    expectProblem(await (await signUp(api)).api.send(method, path, { json }), 403, 'forbidden');
    expectProblem(await api.send(method, path, { json }), 401, 'unauthenticated');
  });
});
