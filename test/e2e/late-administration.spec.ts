import { describe, expect, it } from '@jest/globals';
import { idOf, setRoles, suspend, userWithRoles } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import { beforeStatement } from '../support/before-statement.js';
import type { Answer, ApiClient } from '../support/client.js';
import { aUser, signIn, type SignedUp, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { countWaiting, fingerprintOf, query } from '../support/stored.js';
import { WITH_ADMIN } from '../support/use-app.js';

const running = useApiApp(WITH_ADMIN);
const { api, admin, clock, database } = running;

/** What an administrator does, about someone. */
const CHANGES: Readonly<Record<string, (caller: ApiClient, user: SignedUp) => Promise<Answer<unknown>>>> = {
  'PATCH /users/{id}': (caller, user) => caller.patch(`/users/${idOf(user)}`, { displayName: 'Eve' }),
  'POST /users/{id}/suspend': suspend,
  'PUT /users/{id}/roles': (caller, user) => setRoles(caller, user, ['user', 'admin']),
  'DELETE /users/{id}/sessions': (caller, user) => caller.delete(`/users/${idOf(user)}/sessions`),
  'DELETE /users/{id}/mfa': (caller, user) => caller.delete(`/users/${idOf(user)}/mfa`),
  'POST /users/{id}/impersonate': (caller, user) =>
    caller.post(`/users/${idOf(user)}/impersonate`, { reason: 'x' }),
  'POST /users': (caller) => caller.post('/users', { email: aUser().email }),
  'PUT /roles/{name}': (caller) => caller.send('PUT', '/roles/late', { json: { permissions: [] } }),
};

describe('a change by an administrator who is signed out while it is under way', () => {
  it.each(Object.keys(CHANGES))('is refused, and changes nothing: %s', async (operation) => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const late = await signIn(api, boss);
    const user = await signUp(api);
    let before = '';
    await beforeStatement(/for (no key )?(update|share)$/, async () => {
      expect((await boss.api.delete('/auth/sessions')).status).toBe(204);
      before = await fingerprintOf(database.url);
    });
    const answer = await CHANGES[operation]?.(late.api, user);
    expectProblem(answer as Answer<unknown>, 401, 'unauthenticated');
    expect(before).not.toBe('');
    expect(await fingerprintOf(database.url)).toBe(before);
  });

  it.each(Object.keys(CHANGES))(
    'is refused if they are demoted meanwhile, and changes nothing: %s',
    async (operation) => {
      const boss = await userWithRoles(running, 'user', 'admin');
      const user = await signUp(api);
      let before = '';
      await beforeStatement(/for (no key )?(update|share)$/, async () => {
        expect((await setRoles(admin, boss, ['user'])).status).toBe(200);
        before = await fingerprintOf(database.url);
      });
      const answer = await CHANGES[operation]?.(boss.api, user);
      expectProblem(answer as Answer<unknown>, 403, 'exceeds-your-permissions');
      expect(await fingerprintOf(database.url)).toBe(before);
    },
  );

  it('is refused if they are demoted meanwhile and want to be an admin again', async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    await beforeStatement(/for no key update$/, async () => {
      expect((await setRoles(admin, boss, ['user'])).status).toBe(200);
    });
    expectProblem(await setRoles(boss.api, boss, ['user', 'admin']), 403, 'exceeds-your-permissions');
  });

  it('is refused with a key whose owner is suspended meanwhile, and wants to be restored', async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const { body } = await boss.api.post<{ key: string }>('/auth/api-keys', {
      name: 'Late',
      permissions: ['users:write'],
    });
    const server = api.as({ accessToken: body.key });
    expect((await server.get(`/users/me`)).status).toBe(200);
    await beforeStatement(/for (no key )?(update|share)$/, async () => {
      expect((await suspend(admin, boss)).status).toBe(200);
    });
    expectProblem(await server.post(`/users/${idOf(boss)}/restore`), 401, 'unauthenticated');
  });

  it('is refused with a key that was revoked meanwhile', async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const { body } = await boss.api.post<{ id: string; key: string }>('/auth/api-keys', {
      name: 'Late',
      permissions: ['users:write'],
    });
    const user = await signUp(api);
    const server = api.as({ accessToken: body.key });
    expect((await server.get(`/users/me`)).status).toBe(200);
    await beforeStatement(/for (no key )?(update|share)$/, async () => {
      expect((await boss.api.delete(`/auth/api-keys/${body.id}`)).status).toBe(204);
    });
    expectProblem(await server.patch(`/users/${idOf(user)}`, { displayName: 'Eve' }), 401, 'unauthenticated');
    expect((await user.api.me()).body.displayName).toBeNull();
  });

  it('is done before they are signed out, or the key is revoked, once it has begun', async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const given = { name: 'Late', permissions: ['users:write'] };
    const { body } = await boss.api.post<{ id: string; key: string }>('/auth/api-keys', given);
    const user = await signUp(api);
    for (const [caller, table, end] of [
      [boss.api, 'sessions', () => boss.api.post('/auth/logout')],
      [api.as({ accessToken: body.key }), 'api_keys', () => deleteKey(body.id)],
    ] as const) {
      const ended = Promise.withResolvers<unknown>();
      await beforeStatement(/^update "accounts"."users"/, async () => {
        ended.resolve(end());
        await eventually(async () => expect(await countWaiting(database.url, `%${table}%`)).toBe(1));
      });
      expect((await caller.patch(`/users/${idOf(user)}`, { displayName: table })).status).toBe(200);
      await ended.promise;
    }
    expect((await user.api.me()).body.displayName).toBe('api_keys');
  });

  it('is refused with a key that expires meanwhile', async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const expiresAt = new Date(clock.millis() + 1000).toISOString();
    const given = { name: 'Late', permissions: ['users:write'], expiresAt };
    const { body } = await boss.api.post<{ key: string }>('/auth/api-keys', given);
    const user = await signUp(api);
    await beforeStatement(/for (no key )?(update|share)$/, () =>
      Promise.resolve(clock.advance({ seconds: 1 })),
    );
    const server = api.as({ accessToken: body.key });
    expectProblem(await server.patch(`/users/${idOf(user)}`, { displayName: 'Eve' }), 401, 'unauthenticated');
  });
});

/** Directly, because a request would wait for its user anyway. */
function deleteKey(id: string): Promise<unknown> {
  return query(database.url, 'delete from accounts.api_keys where id = $1', [id]);
}
