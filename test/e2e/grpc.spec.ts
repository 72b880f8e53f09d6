import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials } from '@grpc/grpc-js';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { accountsProto } from '#libs/contracts';
import { createAuthority, type TestCertificate } from '../support/certificates.js';
import { signUp } from '../support/factories.js';
import { hold, useFixture } from '../support/fixture.js';
import { failureOf, GrpcClient } from '../support/grpc-client.js';
import { eventually, launchApp } from '../support/servers.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

const { AccountsService, UserStatus } = accountsProto;
const { getUser, batchGetUsers, streamUsers, introspectToken } = AccountsService.method;

const app = useApp('api', WITH_ADMIN);
/** More than fit into the buffers between the server and a client that doesn't read. */
const SLOW_USERS = 60;
const clients: GrpcClient[] = [];
const target = (): string => `127.0.0.1:${app.env['GRPC_PORT']}`;

function caller(metadata: Record<string, string> = {}): GrpcClient {
  const client = new GrpcClient(target(), metadata);
  clients.push(client);
  return client;
}

async function keyWith(...permissions: string[]): Promise<string> {
  const { status, body } = await app.admin.post<{ key: string }>('/auth/api-keys', {
    name: 'Billing',
    permissions,
  });
  expect(status).toBe(201);
  return body.key;
}

let service: GrpcClient;

beforeAll(async () => {
  service = caller({ authorization: `Bearer ${await keyWith('users:read')}` });
});

afterAll(() => clients.forEach((client) => client.close()));

describe('AccountsService', () => {
  it('returns a user as the HTTP API does', async () => {
    const { session, email } = await signUp(app.api, {
      displayName: 'Ada',
      locale: 'de',
      timezone: 'Europe/Berlin',
    });
    const { id } = session.user;
    const metadata = { plan: 'trial', seats: 3, tags: ['a', null], nested: { on: true } };
    await app.api.as(session).patch('/users/me', { metadata });
    const { user } = await service.call(getUser, { id });
    expect(user).toMatchObject({
      id,
      email,
      emailVerified: false,
      displayName: 'Ada',
      locale: 'de',
      timezone: 'Europe/Berlin',
      signInNotifications: true,
      status: UserStatus.ACTIVE,
      roles: ['user'],
      metadata,
      appMetadata: {},
    });
    const { body } = await app.admin.get<{ createdAt: string }>(`/users/${id}`);
    expect(user?.createdAt && timestampDate(user.createdAt).toISOString()).toBe(body.createdAt);
  });

  it('fails with the code of the problem for a user who does not exist, and for bad input', async () => {
    const id = randomUUID();
    const sent = caller({
      authorization: `Bearer ${await keyWith('users:read')}`,
      'x-request-id': 'call-4711',
    });
    expect(await failureOf(sent.call(getUser, { id }))).toMatchObject({
      code: 'NOT_FOUND',
      details: {
        ErrorInfo: { reason: 'user-not-found', domain: 'gatehouse' },
        RequestInfo: { requestId: 'call-4711' },
      },
    });
    await eventually(() => expect(app.logs()).toMatch(/"requestId":"call-4711".*GetUser.*"NOT_FOUND"/));
    for (const wrong of ['', 'ada', `${id} `, "' or 1=1"]) {
      const { code, details } = await failureOf(service.call(getUser, { id: wrong }));
      expect([code, details['ErrorInfo']?.['reason']]).toEqual(['INVALID_ARGUMENT', 'invalid-input']);
      expect(details['BadRequest']).toMatchObject({
        fieldViolations: [{ field: 'id', reason: 'invalid-id' }],
      });
    }
  });

  it('refuses filters that no user can match', async () => {
    const wrong: [field: string, request: Parameters<typeof service.stream<typeof streamUsers>>[1]][] = [
      ['after_id', { afterId: 'ada' }],
      ['role', { role: 'a\0b' }],
      ['role', { role: 'x'.repeat(65) }],
      ['email_domain', { emailDomain: 'acme test' }],
      ['email_domain', { emailDomain: '\0' }],
      ['status', { status: 77 as accountsProto.UserStatus }],
      ['created_after', { createdAfter: { seconds: 10n ** 15n } }],
      ['created_before', { createdBefore: { seconds: -(10n ** 15n) } }],
      ['created_after', { createdAfter: { seconds: 1n, nanos: -5 } }],
      ['created_after', { createdAfter: { seconds: 1n, nanos: 2_000_000_000 } }],
      ['created_after', { createdAfter: { seconds: 253_402_300_800n } }],
      ['created_before', { createdBefore: { seconds: -62_135_596_801n } }],
    ];
    for (const [field, request] of wrong) {
      const { code, message, details } = await failureOf(service.stream(streamUsers, request).toArray());
      expect([code, message]).toEqual([
        'INVALID_ARGUMENT',
        expect.stringMatching(new RegExp(`^${field} must`)),
      ]);
      expect(details['BadRequest']).toMatchObject({ fieldViolations: [{ field }] });
    }
    const { details } = await failureOf(service.call(batchGetUsers, { ids: [randomUUID(), 'ada'] }));
    expect(details['BadRequest']).toMatchObject({ fieldViolations: [{ field: 'ids[2]' }] });
  });

  it('returns many users at once, in the order of the request, without those who do not exist', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => (await signUp(app.api)).session.user.id));
    const [first = '', second = '', third = ''] = ids;
    const { users } = await service.call(batchGetUsers, { ids: [third, randomUUID(), first, second] });
    expect(users.map(({ id }) => id)).toEqual([third, first, second]);
    const tooMany = service.call(batchGetUsers, { ids: Array.from({ length: 101 }, () => first) });
    expect((await failureOf(tooMany)).details['BadRequest']).toMatchObject({
      fieldViolations: [{ field: 'ids', reason: 'too-many' }],
    });
  });

  it('streams users by filter in the order of their IDs, and continues after one of them', async () => {
    const since = new Date();
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      made.push((await signUp(app.api)).session.user.id);
    }
    const [, suspended = ''] = made;
    await app.admin.post(`/users/${suspended}/suspend`, {});
    const idsOf = async (
      request: Parameters<typeof service.stream<typeof streamUsers>>[1],
    ): Promise<string[]> => {
      const ids: string[] = [];
      const filter = { createdAfter: timestampFromDate(since), ...request };
      for await (const { user } of service.stream(streamUsers, filter)) {
        ids.push((user as accountsProto.User).id);
      }
      return ids;
    };
    expect(await idsOf({})).toEqual(made);
    expect(await idsOf({ afterId: made[2] ?? '' })).toEqual(made.slice(3));
    expect(await idsOf({ status: UserStatus.SUSPENDED })).toEqual([suspended]);
    expect(await idsOf({ emailDomain: 'ACME.test', role: 'user' })).toEqual(made);
    expect(await idsOf({ role: 'admin' })).toEqual([]);
    expect(await idsOf({ createdBefore: timestampFromDate(since) })).toEqual([]);
  });

  it('stops streaming users to an API key that was revoked', async () => {
    const emailDomain = 'slow-reader.test';
    for (let index = 0; index < SLOW_USERS; index += 1) {
      const user = { email: `user-${index}@${emailDomain}`, metadata: { text: 'x'.repeat(8_000) } };
      expect((await app.admin.post('/users', user)).status).toBe(201);
    }
    const { body } = await app.admin.post<{ id: string; key: string }>('/auth/api-keys', {
      name: 'Slow reader',
      permissions: ['users:read'],
    });
    const stream = caller({ authorization: `Bearer ${body.key}` }).stream(streamUsers, { emailDomain });
    // Reads nothing more until it's iterated.
    await once(stream, 'readable');
    expect((await app.admin.delete(`/auth/api-keys/${body.id}`)).status).toBe(204);
    await delay(1_100);
    let received = 0;
    const rest = async (): Promise<void> => {
      for await (const _ of stream) {
        received += 1;
      }
    };
    expect(await failureOf(rest())).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(received).toBeLessThan(SLOW_USERS);
  });

  it('says whom access tokens and API keys stand for, and what they grant', async () => {
    const { session } = await signUp(app.api);
    const { accessToken } = session;
    const active = await service.call(introspectToken, { token: accessToken });
    expect(active).toMatchObject({
      active: true,
      userId: session.user.id,
      roles: ['user'],
      permissions: [],
      apiKeyId: '',
    });
    expect(active.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    const key = await service.call(introspectToken, { token: await keyWith('users:read', 'users:write') });
    expect(key).toMatchObject({ active: true, sessionId: '', permissions: ['users:read', 'users:write'] });
    expect(key.apiKeyId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await app.api.as(session).post('/auth/logout')).status).toBe(204);
    for (const token of [accessToken, '', 'gh_test_nothing', `${accessToken}x`]) {
      expect(await service.call(introspectToken, { token })).toMatchObject({
        active: false,
        userId: '',
        roles: [],
      });
    }
    expect(app.logs()).not.toContain(accessToken);
  });
});

describe('a gRPC call', () => {
  it('needs an API key that grants the permission', async () => {
    const id = randomUUID();
    const { session } = await signUp(app.api);
    const reasonOf = async (authorization?: string): Promise<unknown[]> => {
      const { code, details } = await failureOf(
        caller(authorization === undefined ? {} : { authorization }).call(getUser, { id }),
      );
      return [code, details['ErrorInfo']?.['reason']];
    };
    const refused = ['UNAUTHENTICATED', 'unauthenticated'];
    expect(await reasonOf()).toEqual(refused);
    expect(await reasonOf('Bearer gh_test_nothing')).toEqual(refused);
    expect(await reasonOf(`Basic ${await keyWith('users:read')}`)).toEqual(refused);
    expect(await reasonOf(`Bearer ${session.accessToken}`)).toEqual(refused);
    expect(await reasonOf(`Bearer ${await keyWith('roles:read')}`)).toEqual([
      'PERMISSION_DENIED',
      'forbidden',
    ]);
  });
});

describe('with mutual TLS', () => {
  const folder = useTemporaryFolder();
  const authority = useFixture(() =>
    hold(Promise.resolve(createAuthority()), async ({ remove }) => remove()),
  );
  const write = (name: string, content: string): string => folder.write(name, content);
  const secured = useApp('api', () => {
    const { cert, key } = authority.issue('IP:127.0.0.1');
    return {
      ...WITH_ADMIN,
      GRPC_TLS_CERT: write('cert', cert),
      GRPC_TLS_KEY: write('key', key),
      GRPC_TLS_CA: write('ca', authority.ca),
    };
  });

  const connect = (given?: TestCertificate, metadata: Record<string, string> = {}): GrpcClient => {
    const [ca, key, cert] = [authority.ca, given?.key, given?.cert].map((pem) =>
      pem ? Buffer.from(pem) : null,
    );
    const client = new GrpcClient(
      `127.0.0.1:${secured.env['GRPC_PORT']}`,
      metadata,
      credentials.createSsl(ca ?? null, key ?? null, cert ?? null),
    );
    clients.push(client);
    return client;
  };

  it('lets services with a certificate call every method, and holds API keys to their permissions', async () => {
    const { session } = await signUp(secured.api);
    const { id } = session.user;
    const known = authority.issue('DNS:billing');
    expect((await connect(known).call(getUser, { id })).user?.id).toBe(id);
    const { body } = await secured.admin.post<{ key: string }>('/auth/api-keys', {
      name: 'None',
      permissions: [],
    });
    const limited = connect(known, { authorization: `Bearer ${body.key}` });
    expect((await failureOf(limited.call(getUser, { id }))).code).toBe('PERMISSION_DENIED');
    const forged = connect(known, { authorization: 'Bearer gh_test_nothing' });
    expect((await failureOf(forged.call(getUser, { id }))).code).toBe('UNAUTHENTICATED');
  });

  it('refuses connections without a certificate, and with one of an unknown authority or that has expired', async () => {
    const stranger = createAuthority();
    const strange = stranger.issue('DNS:billing');
    stranger.remove();
    const id = randomUUID();
    for (const given of [undefined, strange, authority.issue('DNS:billing', { days: -1 })]) {
      const { code } = await failureOf(connect(given).call(getUser, { id }));
      expect(code).toBe('UNAVAILABLE');
    }
    const plain = new GrpcClient(`127.0.0.1:${secured.env['GRPC_PORT']}`);
    clients.push(plain);
    expect((await failureOf(plain.call(getUser, { id }))).code).toBe('UNAVAILABLE');
  });

  it('reads certificates again when they change', async () => {
    const before = authority.issue('DNS:billing');
    const renewed = createAuthority();
    write('ca', renewed.ca);
    const known = renewed.issue('DNS:billing');
    renewed.remove();
    const id = randomUUID();
    await eventually(
      async () => expect((await failureOf(connect(known).call(getUser, { id }))).code).toBe('NOT_FOUND'),
      { timeoutMs: 20_000 },
    );
    expect((await failureOf(connect(before).call(getUser, { id }))).code).toBe('UNAVAILABLE');
  });
});

describe('a process that serves gRPC', () => {
  it('warns if another has the default port, and serves everything else', async () => {
    const taken = createServer();
    // Or it's taken already.
    await new Promise((resolve) =>
      taken.once('listening', resolve).once('error', resolve).listen(50_051, '127.0.0.1'),
    );
    try {
      const second = await app.start('api', { GRPC_PORT: '' });
      await eventually(() => expect(second.logs()).toMatch(/"port":50051.*gRPC is not served/));
      expect((await second.api.get('/auth/oauth/providers')).status).toBe(200);
      await second.stop();
    } finally {
      taken.close();
    }
  });

  it('does not start if a port that was chosen is taken', async () => {
    const failed = await launchApp('api', { ...app.env, PORT: '0', MANAGEMENT_PORT: '0' });
    expect((await failed.exited).code).toBe(1);
    expect(failed.logs()).toMatch(/gRPC can't be served at 127\.0\.0\.1:\d+.*Set GRPC_PORT/);
  });

  it('reports its health, ends its streams when it drains, and still answers other calls', async () => {
    const draining = await app.start('api', { DRAIN_SECONDS: '4' });
    const { session } = await signUp(draining.api);
    const client = new GrpcClient(`127.0.0.1:${draining.env['GRPC_PORT']}`, {
      authorization: `Bearer ${await keyWith('users:read')}`,
    });
    clients.push(client);
    const checkUntil = (status: string): Promise<void> =>
      eventually(async () => expect(await client.health()).toBe(status));
    await checkUntil('SERVING');
    expect(await client.health(AccountsService.typeName)).toBe('SERVING');
    await draining.kill('SIGTERM');
    await checkUntil('NOT_SERVING');
    expect((await client.call(getUser, { id: session.user.id })).user?.id).toBe(session.user.id);
    const streaming = client.stream(streamUsers, {}).toArray();
    expect(await failureOf(streaming)).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/after_id/),
    });
    expect(await draining.exited).toEqual({ code: 0, signal: null });
  });
});
