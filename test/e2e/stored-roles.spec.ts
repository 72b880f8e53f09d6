import { describe, expect, it } from '@jest/globals';
import { idOf, userWithRoles } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import { beforeStatement } from '../support/before-statement.js';
import type { Answer, ApiClient, ListBody, UserBody } from '../support/client.js';
import { aUser, signIn, type SignedUp, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { countWaiting, openTransaction, query } from '../support/stored.js';
import { WITH_ADMIN } from '../support/use-app.js';

interface RoleBody {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly builtIn: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const running = useApiApp(WITH_ADMIN);
const replica = useApiApp(WITH_ADMIN, running);
const { api, admin, database } = running;

const put = (name: string, permissions: unknown, caller: ApiClient = admin): Promise<Answer<RoleBody>> =>
  caller.send('PUT', `/roles/${name}`, { json: { permissions } });

async function userWith(...roles: string[]): Promise<SignedUp> {
  const user = await signUp(api);
  const answer = await admin.send('PUT', `/users/${user.session.user.id}/roles`, { json: { roles } });
  expect(answer.status).toBe(200);
  return user;
}

describe('roles', () => {
  it('are listed with the built-in ones first, of which `admin` has every permission', async () => {
    await put('auditor', ['users:read']);
    const { body } = await admin.get<ListBody<RoleBody>>('/roles');
    const permissions = await admin.get<ListBody<{ name: string; description: string }>>('/permissions');
    expect(body.items.slice(0, 2)).toEqual([
      expect.objectContaining({ name: 'user', permissions: [], builtIn: true }),
      expect.objectContaining({
        name: 'admin',
        permissions: permissions.body.items.map(({ name }) => name),
        builtIn: true,
      }),
    ]);
    expect(body.items).toContainEqual(
      expect.objectContaining({ name: 'auditor', permissions: ['users:read'], builtIn: false }),
    );
    expect(permissions.body).toEqual({
      items: expect.arrayContaining([
        { name: 'users:read', description: expect.stringMatching(/./) },
        { name: 'roles:write', description: expect.stringMatching(/./) },
      ]),
      page: { nextCursor: null, previousCursor: null },
    });
  });

  it('are paged by cursor', async () => {
    await put('a-page', []);
    const names = async (path: string) => {
      const { body } = await admin.get<ListBody<RoleBody>>(path);
      return { names: body.items.map(({ name }) => name), ...body.page };
    };
    const first = await names('/roles?limit=2&total=true');
    expect(first).toMatchObject({ names: ['user', 'admin'], previousCursor: null });
    expect(first.total).toBeGreaterThan(2);
    const second = await names(`/roles?limit=2&cursor=${first.nextCursor ?? ''}`);
    expect(second.names).not.toContain('admin');
    expect((await names(`/roles?limit=2&cursor=${second.previousCursor ?? ''}`)).names).toEqual([
      'user',
      'admin',
    ]);
  });

  it('are created, replaced and kept in the same version by the same permissions', async () => {
    const created = await put('writer', ['users:write', 'users:read']);
    expect([created.status, created.headers.get('etag')]).toEqual([201, '"1-writer"']);
    expect(created.body).toMatchObject({ name: 'writer', permissions: ['users:read', 'users:write'] });
    const same = await put('writer', ['users:read', 'users:write']);
    expect([same.status, same.headers.get('etag'), same.body]).toEqual([200, '"1-writer"', created.body]);
    const replaced = await put('writer', []);
    expect([replaced.status, replaced.headers.get('etag')]).toEqual([200, '"2-writer"']);
    expect(replaced.body.permissions).toEqual([]);
  });

  it.each([
    ['UPPER', [], '/name'],
    ['1st', [], '/name'],
    ['with%20space', [], '/name'],
    [`a${'b'.repeat(64)}`, [], '/name'],
    ['fine', ['nothing:here'], '/permissions'],
    ['fine', ['constructor'], '/permissions'],
    ['fine', ['users:read', 'users:read'], '/permissions'],
    ['fine', 'users:read', '/permissions'],
    ['fine', undefined, '/permissions'],
  ])('must have a name and permissions that are known: %s %j', async (name, permissions, pointer) => {
    const problem = expectProblem(await put(name, permissions), 400, 'invalid-input');
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('follow the conditions of a request', async () => {
    const when = (headers: Record<string, string>) => admin.with(headers);
    expectProblem(await put('careful', [], when({ 'if-match': '*' })), 412, 'precondition-failed');
    expect((await put('careful', [], when({ 'if-none-match': '*' }))).status).toBe(201);
    expectProblem(await put('careful', [], when({ 'if-none-match': '*' })), 412, 'precondition-failed');
    expectProblem(
      await put('careful', ['users:read'], when({ 'if-match': '"2-careful"' })),
      412,
      'precondition-failed',
    );
    expect((await put('careful', ['users:read'], when({ 'if-match': '"1-careful"' }))).status).toBe(200);
    const stale = await when({ 'if-match': '"1-careful"' }).delete('/roles/careful');
    expectProblem(stale, 412, 'precondition-failed');
    expect((await when({ 'if-match': '"2-careful"' }).delete('/roles/careful')).status).toBe(204);
    expectProblem(await admin.delete('/roles/careful'), 404, 'role-not-found');
  });

  it('that are built in stay', async () => {
    expectProblem(await put('admin', []), 409, 'built-in-role');
    expectProblem(await admin.delete('/roles/admin'), 409, 'built-in-role');
    expectProblem(await admin.delete('/roles/user'), 409, 'built-in-role');
  });

  it('can grant something to everyone who signs up', async () => {
    const user = await signUp(api);
    await put('user', ['roles:read']);
    await eventually(async () => expect((await user.api.get('/roles')).status).toBe(200));
    await put('user', []);
    await eventually(async () => expect((await user.api.get('/roles')).status).toBe(403));
  });
});

describe('a role that is changed on one replica', () => {
  it('counts on another in less than a second, 100 times out of 100', async () => {
    await put('switch', []);
    const user = (await userWith('switch')).api.at(replica.api.url);
    const slowest = { ms: 0 };
    for (let time = 0; time < 100; time += 1) {
      const grants = time % 2 === 0;
      await put('switch', grants ? ['users:read'] : []);
      const changedAt = performance.now();
      await eventually(async () => expect((await user.get('/users')).status).toBe(grants ? 200 : 403));
      slowest.ms = Math.max(slowest.ms, performance.now() - changedAt);
    }
    expect(slowest.ms).toBeLessThan(1000);
  });
});

describe('a role that is deleted', () => {
  it('is taken from everyone, and a new one of its name starts with nobody', async () => {
    await put('helper', ['users:read']);
    const other = (await userWith('user', 'helper')).api.at(replica.api.url);
    const user = await userWith('user', 'helper');
    const at = user.api.at(replica.api.url);
    expect((await at.get('/users')).status).toBe(200);
    expect((await other.get('/users')).status).toBe(200);
    expect((await at.get<UserBody>('/users/me')).body.roles).toEqual(['user', 'helper']);
    expect((await admin.delete('/roles/helper')).status).toBe(204);
    expect((await put('helper', ['users:read'])).status).toBe(201);
    await eventually(async () => {
      expectProblem(await at.get('/users'), 403, 'forbidden');
      expectProblem(await other.get('/users'), 403, 'forbidden');
      const me = await at.get<UserBody>('/users/me');
      expect([me.body.roles, me.headers.get('etag')]).toEqual([['user'], `"3-${me.body.id}"`]);
    });
    expectProblem(await (await signIn(api, user)).api.get('/users'), 403, 'forbidden');
  });

  it('is taken from those, too, who get it while it is deleted', async () => {
    await put('fading', ['users:read']);
    const { email } = aUser();
    await beforeStatement(/"roles".* for update$/, async () => {
      expect((await admin.post('/users', { email, roles: ['user', 'fading'] })).status).toBe(201);
    });
    expect((await admin.delete('/roles/fading')).status).toBe(204);
    const { body } = await admin.get<ListBody<UserBody>>(`/users?email=${email}`);
    expect(body.items).toEqual([expect.objectContaining({ email, roles: ['user'] })]);
  });

  it('is taken from someone who was just getting it, as soon as they have it', async () => {
    await put('late', []);
    const user = await signUp(api);
    const other = await openTransaction(database.url);
    await other.query(`select from accounts.roles where name = 'late' for key share`);
    await other.query(`update accounts.users set roles = '{user,late}' where id = $1`, [idOf(user)]);
    const deleted = admin.delete('/roles/late');
    await eventually(async () => expect(await countWaiting(database.url, '%roles%')).toBe(1));
    await other.query('commit');
    expect((await deleted).status).toBe(204);
    expect((await admin.get<UserBody>(`/users/${idOf(user)}`)).body.roles).toEqual(['user']);
  });

  it('grants nothing from then on, not even to users who are restored from a backup with it', async () => {
    await put('bygone', ['users:read']);
    expect((await (await userWith('bygone')).api.get('/users')).status).toBe(200);
    expect((await admin.delete('/roles/bygone')).status).toBe(204);
    expectProblem(await (await userWithRoles(running, 'bygone')).api.get('/users'), 403, 'forbidden');
  });

  it('stays if more users have it than one transaction can change', async () => {
    await put('crowd', []);
    await query(
      database.url,
      `insert into accounts.users (id, email_sealed, email_index, email_verified, locale, timezone, roles, status, metadata,
                                   version, created_at, updated_at)
       select gen_random_uuid(), '', 'crowd-' || n, false, 'en', 'UTC', '{crowd}', 'active', '{}', 1, now(), now()
         from generate_series(1, 10001) n`,
      [],
    );
    expectProblem(await admin.delete('/roles/crowd'), 409, 'role-in-use');
    const [count] = await query<{ count: string }>(
      database.url,
      `select count(*) from accounts.users where roles @> '{crowd}'`,
      [],
    );
    expect(Number(count?.count)).toBe(10_001);
    await query(database.url, `delete from accounts.users where email_index = 'crowd-1'`, []);
    expect((await admin.delete('/roles/crowd')).status).toBe(204);
    await query(database.url, `delete from accounts.users where email_index like 'crowd-%'`, []);
  });
});

describe('too many roles', () => {
  it('are refused, even if they come at once', async () => {
    await query(
      database.url,
      `insert into accounts.roles (id, name, permissions, created_at, updated_at)
       select gen_random_uuid(), 'many-' || n, '{}', now(), now()
         from generate_series(1, 499 - (select count(*)::int from accounts.roles)) n`,
      [],
    );
    const atBoth = Array.from({ length: 16 }, (_, n) => (n % 2 === 0 ? admin : admin.at(replica.api.url)));
    const answers = await Promise.all(atBoth.map((caller, n) => put(`one-more-${n}`, [], caller)));
    expect(answers.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([
      201,
      ...Array.from({ length: 15 }, () => 409),
    ]);
    await query(database.url, `delete from accounts.roles where name like 'many-%'`, []);
  });
});
