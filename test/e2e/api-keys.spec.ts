import { describe, expect, it } from '@jest/globals';
import { Connections } from '#libs/database';
import { ReplicaChannel } from '#libs/redis';
import { PROFILE_TOPIC } from '../../src/accounts/users/index.js';
import { findApiKeys, recordUse } from '../../src/accounts/auth/api-keys/api-key.repository.js';
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
import { afterStatement, beforeStatement } from '../support/before-statement.js';
import type { Answer, ApiClient, ListBody } from '../support/client.js';
import { collectLog } from '../support/collected-log.js';
import { aUser, signIn, type SignedUp, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { query, refuse } from '../support/stored.js';
import { signUpVerified } from '../support/verified-user.js';
import { WITH_ADMIN } from '../support/use-app.js';

interface KeyBody {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly createdAt: string;
  readonly rateLimit: string | null;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

type CreatedBody = KeyBody & { readonly key: string };

const running = useApiApp(WITH_ADMIN);
const replica = useApiApp(WITH_ADMIN, running);
const { api, admin, app, clock, database } = running;

const create = (caller: ApiClient, given: object = {}): Promise<Answer<CreatedBody>> =>
  caller.post('/auth/api-keys', { name: 'Billing', permissions: [], ...given });

const withKey = ({ body }: Answer<CreatedBody>): ApiClient => api.as({ accessToken: body.key });

/** A server with a key of its owner. */
async function serverOf(owner: SignedUp, ...permissions: string[]): Promise<ApiClient> {
  const created = await create(owner.api, { permissions });
  expect(created.status).toBe(201);
  return withKey(created);
}

const expectAnswers = (caller: ApiClient, path: string, status: number) =>
  expectEverywhere([running, replica], caller, path, status);

describe('an API key', () => {
  it('is shown once, listed, and works until it is revoked', async () => {
    const owner = await userWithPermissions(running, 'users:read');
    const created = await create(owner.api, { permissions: ['users:read'] });
    expect([created.status, created.body]).toEqual([
      201,
      {
        id: expect.any(String),
        name: 'Billing',
        permissions: ['users:read'],
        createdAt: clock.now().toISOString(),
        rateLimit: null,
        expiresAt: null,
        lastUsedAt: null,
        key: expect.stringMatching(/^gh_test_[0-9A-Za-z]{38}$/),
      },
    ]);
    const { key: _, ...listed } = created.body;
    expect((await owner.api.get<ListBody<KeyBody>>('/auth/api-keys')).body.items).toEqual([listed]);
    await expectAnswers(withKey(created), '/users', 200);
    expect((await owner.api.delete(`/auth/api-keys/${listed.id}`)).status).toBe(204);
    await expectAnswers(withKey(created), '/users', 401);
    expectProblem(await owner.api.delete(`/auth/api-keys/${listed.id}`), 404, 'api-key-not-found');
  });

  it('that is revoked just while it is looked up is dead from then on', async () => {
    const owner = await signUp(api);
    const created = await create(owner.api);
    // By another replica: one that revokes a key itself hears of it twice, the second time from Redis, a moment later.
    const heard = new Promise<void>((resolve) => {
      app.get(ReplicaChannel, { strict: false }).on(PROFILE_TOPIC, (id) => {
        if (id === idOf(owner)) {
          resolve();
        }
      });
    });
    await afterStatement(/"api_keys".*"key_hash" = /, async () => {
      const there = owner.api.at(replica.api.url);
      expect((await there.delete(`/auth/api-keys/${created.body.id}`)).status).toBe(204);
      await heard;
    });
    await withKey(created).get('/users/me');
    expectProblem(await owner.api.delete(`/auth/api-keys/${created.body.id}`), 404, 'api-key-not-found');
    expectProblem(await withKey(created).get('/users/me'), 401, 'unauthenticated');
  });

  it('is stored as a hash', async () => {
    const created = await create((await signUp(api)).api);
    const rows = await query(database.url, 'select k::text as text from accounts.api_keys k');
    expect(JSON.stringify(rows)).not.toContain(created.body.key.slice(8, 40));
  });

  it("can't be revoked, or seen, by someone else", async () => {
    const created = await create((await signUp(api)).api);
    const other = await signUp(api);
    expectProblem(await other.api.delete(`/auth/api-keys/${created.body.id}`), 404, 'api-key-not-found');
    expect((await other.api.get<ListBody<KeyBody>>('/auth/api-keys')).body.items).toEqual([]);
    expect((await withKey(created).get('/users/me')).status).toBe(200);
  });

  it('can do what it is for as long as its owner can, on all replicas', async () => {
    await admin.send('PUT', '/roles/reading', { json: { permissions: ['users:read', 'roles:read'] } });
    const owner = await userWithRoles(running, 'user', 'reading');
    const server = await serverOf(owner, 'users:read');
    await expectAnswers(server, '/users', 200);
    await expectAnswers(server, '/roles', 403);
    await setRoles(admin, owner, ['user']);
    await expectAnswers(server, '/users', 403);
    await setRoles(admin, owner, ['user', 'reading']);
    await expectAnswers(server, '/users', 200);
    await admin.send('PUT', '/roles/reading', { json: { permissions: ['roles:read'] } });
    await expectAnswers(server, '/users', 403);
  });

  it('is dead while its owner is suspended', async () => {
    const owner = await signUp(api);
    const server = await serverOf(owner);
    await expectAnswers(server, '/users/me', 200);
    await suspend(admin, owner);
    await expectAnswers(server, '/users/me', 401);
    await restore(admin, owner);
    await expectAnswers(server, '/users/me', 200);
  });

  it('expires', async () => {
    const owner = await signUp(api);
    const expiresAt = new Date(clock.millis() + 60_000).toISOString();
    const server = withKey(await create(owner.api, { expiresAt }));
    expect((await server.get('/users/me')).status).toBe(200);
    clock.advance({ seconds: 60 });
    expectProblem(await server.get('/users/me'), 401, 'unauthenticated');
  });

  it('says when it was last used, to the minute', async () => {
    const owner = await signUp(api);
    const server = await serverOf(owner);
    const lastUse = async () =>
      (await owner.api.get<ListBody<KeyBody>>('/auth/api-keys')).body.items[0]?.lastUsedAt;
    const first = clock.now().toISOString();
    await server.get('/users/me');
    await eventually(async () => expect(await lastUse()).toBe(first));
    // Another replica doesn't know when it was used.
    const later = new Date(clock.millis() + 59_000);
    await app
      .get(Connections)
      .database('accounts')
      .run(async (em) => {
        const [key] = await findApiKeys(em, idOf(owner), { limit: 1, position: null });
        await recordUse(em, key?.id ?? '', later, new Date(later.getTime() - 60_000));
      });
    expect(await lastUse()).toBe(first);
    clock.advance({ seconds: 59 });
    await server.get('/users/me');
    clock.advance({ seconds: 1 });
    const second = clock.now().toISOString();
    await server.get('/users/me');
    await eventually(async () => expect(await lastUse()).toBe(second));
  });

  it('is not written down each time that it is used, and works even if that fails', async () => {
    const owner = await signUp(api);
    const server = await serverOf(owner);
    let isWrittenAgain = false;
    await beforeStatement(/set last_used_at/, () => Promise.resolve((isWrittenAgain = true)), 2);
    const lines = collectLog();
    await refuse(database.url, 'update', 'accounts.api_keys');
    expect((await server.get('/users/me')).status).toBe(200);
    await eventually(() =>
      expect(lines).toMatchObject([
        { level: 'warn', text: 'the last use of an API key could not be recorded' },
      ]),
    );
    expect((await server.get('/users/me')).status).toBe(200);
    expect(isWrittenAgain).toBe(false);
  });

  it('is revoked alone, whichever of its owner was used last', async () => {
    const owner = await signUp(api);
    const [first, second] = [await create(owner.api), await create(owner.api)];
    for (const key of [first, second]) {
      await expectAnswers(withKey(key), '/users/me', 200);
    }
    expect((await owner.api.delete(`/auth/api-keys/${first.body.id}`)).status).toBe(204);
    await expectAnswers(withKey(first), '/users/me', 401);
    await expectAnswers(withKey(second), '/users/me', 200);
  });

  it('has its permissions in order, and no tag', async () => {
    const owner = await userWithRoles(running, 'user', 'admin');
    const { body } = await create(owner.api, { permissions: ['users:write', 'audit:read', 'roles:read'] });
    expect(body.permissions).toEqual(['audit:read', 'roles:read', 'users:write']);
    const revoke = (tag: string) =>
      owner.api.send('DELETE', `/auth/api-keys/${body.id}`, { headers: { 'if-match': tag } });
    expectProblem(await revoke('"zzz"'), 412, 'precondition-failed');
    expect((await revoke('*')).status).toBe(204);
  });

  it('needs no step-up, and is in the audit log', async () => {
    const owner = await userWithPermissions(running, 'users:write');
    const created = await create(owner.api, { permissions: ['users:write'] });
    clock.advance({ minutes: 6 });
    const user = await signUp(api);
    expect((await suspend(withKey(created), user)).status).toBe(200);
    const { body } = await (
      await freshAdmin()
    ).get<ListBody<object>>(`/audit-events?subjectId=${idOf(user)}`);
    expect(body.items).toContainEqual(
      expect.objectContaining({ type: 'user.suspended', actorId: idOf(owner), apiKeyId: created.body.id }),
    );
  });

  it("can't go beyond its permissions, even if its owner is an admin", async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const server = await serverOf(boss, 'users:write', 'roles:write');
    const other = await userWithRoles(running, 'user', 'admin');
    const user = await signUp(api);
    expectProblem(await suspend(server, other), 403, 'exceeds-your-permissions');
    expectProblem(await setRoles(server, user, ['admin']), 403, 'exceeds-your-permissions');
    const roles = await server.send('PUT', '/roles/mine', { json: { permissions: ['audit:read'] } });
    expectProblem(roles, 403, 'exceeds-your-permissions');
    expect((await suspend(server, user)).status).toBe(200);
    expectProblem(
      await suspend(server, {
        ...user,
        session: { ...user.session, user: { ...user.session.user, id: NOBODY } },
      }),
      404,
      'user-not-found',
    );
  });

  it("can't weaken how its owner signs in by way of administration", async () => {
    const boss = await userWithRoles(running, 'user', 'admin');
    const server = await serverOf(boss, 'users:write');
    const refused = [
      await server.delete(`/users/${idOf(boss)}/mfa`),
      await server.delete(`/users/${idOf(boss)}/sessions`),
      await server.patch(`/users/${idOf(boss)}`, { signInNotifications: false }),
    ];
    for (const answer of refused) {
      expectProblem(answer, 403, 'exceeds-your-permissions');
    }
  });

  it('gets nothing under /auth, and changes nothing that needs no permission', async () => {
    const server = await serverOf(await signUp(api));
    expect((await server.get('/users/me')).status).toBe(200);
    const refused = [
      await server.get('/auth/sessions'),
      await server.get('/auth/api-keys'),
      await create(server),
      await server.delete('/auth/sessions'),
      await server.post('/auth/logout'),
      await server.post('/auth/step-up', { password: 'x' }),
      await server.post('/auth/password/change', { newPassword: 'seven brave otters' }),
      await server.patch('/users/me', { displayName: 'Mine' }),
    ];
    for (const answer of refused) {
      expectProblem(answer, 403, 'session-required');
    }
  });

  it.each([
    ['an unknown one', 'gh_test_0000000000000000000000000000006300wXpD'],
    ['one with a wrong checksum', 'gh_test_0000000000000000000000000000006300wXpE'],
    ['half of one', 'gh_test_000000000000'],
    ['its prefix', 'gh_'],
  ])('is a 401 if it is %s', async (_, key) => {
    const answer = await api.as({ accessToken: key }).get('/users/me');
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  it('is told to its owner, who can undo it', async () => {
    const owner = await signUpVerified(running);
    const server = await serverOf(await signIn(api, owner));
    await expectAnswers(server, '/users/me', 200);
    const mail = (await mailsInOutbox(running, database.url, idOf(owner))).at(-1);
    expect(mail?.template).toBe('api-key-added');
    expect((await api.post('/auth/changes/undo', { token: linkTokenOf(mail) })).status).toBe(204);
    await expectAnswers(server, '/users/me', 401);
  });

  it('goes when the owner of the address, which was never verified, takes the account', async () => {
    const squatter = await signUp(api);
    const server = await serverOf(squatter);
    await expectAnswers(server, '/users/me', 200);
    await api.post('/auth/password/forgot', { email: squatter.email });
    const token = linkTokenOf((await mailsInOutbox(running, database.url, idOf(squatter))).at(-1));
    const reset = await api.post('/auth/password/reset', { token, password: 'the owner has otters' });
    expect(reset.status).toBe(204);
    await expectAnswers(server, '/users/me', 401);
  });
});

describe('a new API key', () => {
  it.each([
    [{ name: '' }, '/name'],
    [{ name: 'a\u202Eb' }, '/name'],
    [{ permissions: ['nothing:here'] }, '/permissions'],
    [{ permissions: 'users:read' }, '/permissions'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    [{ expiresAt: 'tomorrow' }, '/expiresAt'],
    [{ owner: 'me' }, '/owner'],
  ])('is refused with %j', async (given, pointer) => {
    const problem = expectProblem(await create((await signUp(api)).api, given), 400, 'invalid-input');
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('is refused if it expires at this very moment', async () => {
    const expiresAt = clock.now().toISOString();
    expectProblem(await create((await signUp(api)).api, { expiresAt }), 400, 'invalid-input');
  });

  it("can't be for what its owner may not do", async () => {
    const user = await signUp(api);
    expectProblem(await create(user.api, { permissions: ['users:read'] }), 403, 'exceeds-your-permissions');
  });

  it('is created once for one `Idempotency-Key`, and at most 50 times', async () => {
    const user = await signUp(api);
    const key = { 'idempotency-key': 'once' };
    const body = { name: 'Once', permissions: [] };
    const first = await user.api.post<CreatedBody>('/auth/api-keys', body, key);
    expect((await user.api.post<CreatedBody>('/auth/api-keys', body, key)).body).toEqual(first.body);
    await query(
      database.url,
      `insert into accounts.api_keys (id, user_id, key_hash, name, permissions, created_at)
       select gen_random_uuid(), $1, 'hash ' || n, 'x', '{}', now() from generate_series(1, 48) n`,
      [idOf(user)],
    );
    const answers = await Promise.all([create(user.api), create(user.api)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    expectProblem(await create(user.api), 409, 'too-many-api-keys');
  });

  it('needs a recent sign-in', async () => {
    const user = await signUp(api);
    clock.advance({ minutes: 5, seconds: 2 });
    const later = api.as((await api.refresh(user.session.refreshToken)).body);
    expectProblem(await create(later), 401, 'step-up-required');
    expect((await create((await signIn(api, user)).api)).status).toBe(201);
  });
});

async function freshAdmin(): Promise<ApiClient> {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = WITH_ADMIN;
  return (await signIn(api, aUser({ email, password }))).api;
}
