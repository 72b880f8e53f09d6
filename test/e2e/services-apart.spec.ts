import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { JsonValue } from '@bufbuild/protobuf';
import { notificationsProto } from '#libs/contracts';
import { createAuthority } from '../support/certificates.js';
import type { ApiClient } from '../support/client.js';
import { idOf } from '../support/administration.js';
import { type SignedUp, signUp, tokenIn } from '../support/factories.js';
import { hold, useFixture } from '../support/fixture.js';
import { failureOf, GrpcClient } from '../support/grpc-client.js';
import { jobEnd } from '../support/imports.js';
import { ownPort } from '../support/own-port.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { ORDER_DATA, publishTemplate } from '../support/templates.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { signInAdmin, WITH_ADMIN } from '../support/use-app.js';
import { holdServers, type Settings, useEmptyDatabase } from '../support/use-servers.js';

const { send, getNotification } = notificationsProto.NotificationsService.method;
const TEMPLATE = 'order-shipped';
/** How long a call to the other service may take. */
const SEND_DEADLINE_MS = 10_000;

/** After this, a connection is tried again every ten seconds by default, and then even less often. */
const OUTAGE_MS = 12_000;

jest.setTimeout(60_000);

interface NotificationBody {
  readonly id: string;
  readonly state: string;
  readonly deliveries: readonly { readonly channel: string; readonly state: string }[];
}

const [accounts, own] = [useEmptyDatabase(), useEmptyDatabase()];

/** Accounts and notifications in processes of their own, each with its own database. They only know each other's address. */
const apart = useFixture(async () => {
  const servers = await holdServers({ database: accounts });
  const [api, one, two] = [await ownPort(), await ownPort(), await ownPort()];
  const settings = (grpcPort: number, more: Settings): Settings => ({
    NOTIFICATIONS_DATABASE_URL: own.url,
    GRPC_PORT: String(grpcPort),
    ...more,
  });
  const asking = { ACCOUNTS_GRPC_URL: `127.0.0.1:${api}` };
  const [gateway, notifications] = await Promise.all([
    servers.start(
      'api',
      settings(api, { ...WITH_ADMIN, NOTIFICATIONS_GRPC_URL: `127.0.0.1:${one},127.0.0.1:${two}` }),
    ),
    servers.start('notifications', settings(one, asking)),
    servers.start('worker', settings(await ownPort(), {})),
  ]);
  const admin = (await signInAdmin(gateway.api, WITH_ADMIN))();
  await publishTemplate(admin, TEMPLATE);
  return {
    ...servers,
    gateway,
    notifications,
    admin,
    /** Another replica of notifications. */
    startSecond: () => servers.start('notifications', settings(two, asking)),
  };
});

let ada: SignedUp;
beforeAll(async () => {
  ada = await signUp(apart.gateway.api);
  const [mail] = await eventually(() => {
    const mails = apart.sink.mailsTo(ada.email);
    expect(mails).toHaveLength(1);
    return mails;
  });
  expect((await apart.gateway.api.verify(tokenIn(mail))).status).toBe(204);
});

const post = (more: object = {}, headers: Record<string, string> = {}, as: ApiClient = apart.admin) =>
  as.post<NotificationBody>(
    '/notifications',
    { recipient: idOf(ada), template: TEMPLATE, data: ORDER_DATA, ...more },
    headers,
  );
const unread = async () =>
  (await ada.api.get<{ unread: number }>('/users/me/notifications/unread-count')).body.unread;

function caller(target: string, metadata: Record<string, string> = {}): Promise<GrpcClient> {
  return hold(new GrpcClient(target, metadata), (client) => client.close());
}

async function keyWith(...permissions: string[]): Promise<{ id: string; key: string }> {
  const { status, body } = await apart.admin.post<{ id: string; key: string }>('/auth/api-keys', {
    name: 'Shop',
    permissions,
  });
  expect(status).toBe(201);
  return body;
}

const atNotifications = (key: string) =>
  caller(`127.0.0.1:${apart.notifications.env['GRPC_PORT']}`, { authorization: `Bearer ${key}` });

/** An array in an array, and so on. */
function nested(levels: number): JsonValue {
  let value: JsonValue = [];
  for (let level = 0; level < levels; level += 1) {
    value = [value];
  }
  return value;
}

describe('services in processes of their own', () => {
  it('send a notification together, under one request ID', async () => {
    const requestId = `apart-${randomUUID()}`;
    const { status, body, headers } = await post({}, { 'x-request-id': requestId });
    expect([status, headers.get('location')]).toEqual([202, `/v2/notifications/${body.id}`]);
    expect(body.deliveries.map(({ channel }) => channel)).toEqual(['email', 'inbox']);
    await eventually(async () => {
      const { body: now } = await apart.admin.get<NotificationBody>(`/notifications/${body.id}`);
      expect(now).toMatchObject({
        id: body.id,
        recipient: idOf(ada),
        state: 'sent',
        deliveries: [
          { channel: 'email', state: 'sent', attempts: [{ outcome: 'sent', reason: null }] },
          { channel: 'inbox', state: 'sent', reason: null, attempts: [] },
        ],
      });
    });
    const call = (method: string) => new RegExp(`"requestId":"${requestId}".*${method}.*"code":"OK"`);
    await eventually(() => {
      expect(apart.notifications.logs()).toMatch(call('NotificationsService/Send'));
      expect(apart.gateway.logs()).toMatch(call('AccountsService/GetUser'));
    });
    expect(
      await query(own.url, 'select sent_by from notifications.notifications where id = $1', [body.id]),
    ).toEqual([{ sent_by: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
  });

  it('return the problems that one process would', async () => {
    const pointers = async (more: object) =>
      expectProblem(await post(more), 400, 'invalid-input').errors?.map(({ pointer, code }) => [
        pointer,
        code,
      ]);
    expect(await pointers({ recipient: randomUUID() })).toEqual([['/recipient', 'unknown-user']]);
    expect(await pointers({ template: 'no-such' })).toEqual([['/template', 'unknown-template']]);
    expect(await pointers({ data: { orderId: '1' } })).toEqual([['/data/trackingUrl', 'required']]);
    expectProblem(await apart.admin.get(`/notifications/${randomUUID()}`), 404, 'notification-not-found');
    const key = { 'idempotency-key': randomUUID() };
    expect((await post({ channels: ['inbox'] }, key)).status).toBe(202);
    expectProblem(await post({ channels: ['email'] }, key), 422, 'idempotency-key-reused');
  });

  it('send later what has a time, unless it is canceled', async () => {
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const [canceled, due] = [await post({ sendAt }), await post({ sendAt, channels: ['inbox'] })];
    expect(canceled.body).toMatchObject({ state: 'queued', sendAt, deliveries: [] });
    const cancel = () => apart.admin.post<NotificationBody>(`/notifications/${canceled.body.id}/cancel`);
    expect((await cancel()).body).toMatchObject({ state: 'suppressed', sendAt });
    expectProblem(await cancel(), 409, 'notification-not-cancelable');
    await query(own.url, 'update notifications.outbox set next_at = now()');
    await eventually(async () => {
      const { body } = await apart.admin.get<NotificationBody>(`/notifications/${due.body.id}`);
      expect(body).toMatchObject({ state: 'sent', sendAt });
    });
  });

  it('notify many users, whom the one asks the other about', async () => {
    for (let count = 0; count < 60; count += 1) {
      await signUp(apart.gateway.api, { email: `member-${count}@club.test` });
    }
    const { body } = await apart.admin.post<{ jobId: string }>('/notifications/broadcast', {
      audience: { emailDomain: 'club.test' },
      template: TEMPLATE,
      data: ORDER_DATA,
      channels: ['inbox'],
    });
    expect(await jobEnd(apart.admin, body.jobId, 30_000)).toMatchObject({
      state: 'completed',
      progress: { done: 60, total: 60 },
      result: { notified: 60 },
    });
  });

  it('share what is to be sent among the replicas, and do not notice when one of them is gone', async () => {
    const second = await apart.startSecond();
    const sentBy = (logs: string) => logs.split('NotificationsService/Send').length - 1;
    // The address is asked for again at the first failed connection at the latest.
    await eventually(
      async () => {
        expect((await post({ channels: ['inbox'] })).status).toBe(202);
        expect(sentBy(second.logs())).toBeGreaterThan(1);
      },
      { timeoutMs: 45_000 },
    );
    const before = sentBy(apart.notifications.logs());
    const statuses = new Set<number>();
    for (let index = 0; index < 40; index += 1) {
      if (index === 10) {
        await second.kill();
      }
      statuses.add((await post({ channels: ['inbox'] })).status);
    }
    expect([...statuses]).toEqual([202]);
    expect(sentBy(apart.notifications.logs())).toBeGreaterThan(before + 20);
  });

  it('send once what is repeated after the other did not answer in time', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const before = await unread();
    await apart.notifications.kill('SIGSTOP');
    const startedAt = Date.now();
    expectProblem(await post({ channels: ['inbox'] }, key), 503, 'unavailable');
    expect(Date.now() - startedAt).toBeLessThan(SEND_DEADLINE_MS + 3_000);
    // Accounts doesn't need notifications.
    expect((await signUp(apart.gateway.api)).session.user.status).toBe('active');
    await apart.notifications.kill('SIGCONT');
    await eventually(async () => expect((await post({ channels: ['inbox'] }, key)).status).toBe(202), {
      timeoutMs: 30_000,
    });
    expect(await unread()).toBe(before + 1);
  });

  it('send once what is repeated after the response was lost', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const before = await query<{ id: string }>(own.url, 'select id from notifications.idempotency_keys');
    const { body } = await post({ channels: ['inbox'] }, key);
    // As if the API had been killed before it stored the response. That of its call was stored with the notification.
    await query(
      own.url,
      `delete from notifications.idempotency_keys where not id = any($1)
         and xmin <> (select xmin from notifications.notifications where id = $2)`,
      [before.map(({ id }) => id), body.id],
    );
    const again = await post({ channels: ['inbox'] }, key);
    expect([again.status, again.body.id, again.headers.get('idempotency-replayed')]).toEqual([
      202,
      body.id,
      null,
    ]);
  });

  it('answer 503 while the other is down, say so once in the log, and go on when it is back', async () => {
    const failed = /NotificationsService.*doesn't answer/g;
    const before = apart.gateway.logs().match(failed)?.length ?? 0;
    await apart.notifications.kill();
    for (let index = 0; index < 3; index += 1) {
      const answer = await post({ channels: ['inbox'] });
      expectProblem(answer, 503, 'unavailable');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(apart.gateway.logs().match(failed)).toHaveLength(before + 1);
    // By now, it would wait longer and longer before it tries again.
    await delay(OUTAGE_MS);
    await apart.notifications.restart();
    await eventually(async () => expect((await post({ channels: ['inbox'] })).status).toBe(202), {
      timeoutMs: 6_000,
    });
    await eventually(() => expect(apart.gateway.logs()).toMatch(/NotificationsService.*answers again/));
  });
});

describe('NotificationsService', () => {
  const request = () => ({ recipient: idOf(ada), template: TEMPLATE, data: ORDER_DATA, channels: ['inbox'] });

  it('sends for API keys, once per idempotency key, and shows their owner what became of it', async () => {
    const client = await atNotifications((await keyWith('notifications:send')).key);
    const idempotencyKey = randomUUID();
    const before = await unread();
    const { notification } = await client.call(send, { ...request(), idempotencyKey });
    expect(notification).toMatchObject({
      recipient: idOf(ada),
      template: TEMPLATE,
      state: notificationsProto.DeliveryState.SENT,
      deliveries: [{ channel: 'inbox', state: notificationsProto.DeliveryState.SENT, reason: '' }],
    });
    const again = await client.call(send, { ...request(), idempotencyKey });
    expect(again.notification).toEqual(notification);
    expect(await unread()).toBe(before + 1);
    const id = notification?.id ?? '';
    expect((await client.call(getNotification, { id })).notification).toEqual(notification);
    const reused = client.call(send, { ...request(), template: 'another', idempotencyKey });
    expect((await failureOf(reused)).details['ErrorInfo']?.['reason']).toBe('idempotency-key-reused');
  });

  it.each<[string, object, string, string]>([
    ['no ID of a user', { recipient: 'ada' }, 'recipient', 'invalid-id'],
    ['an unknown user', { recipient: randomUUID() }, 'recipient', 'unknown-user'],
    ['no template', { template: '' }, 'template', 'required'],
    ['a name that is too long', { template: 'x'.repeat(65) }, 'template', 'too-long'],
    ['an unknown channel', { channels: ['inbox', 'pigeon'] }, 'channels[2]', 'not-one-of'],
    ['a channel twice', { channels: ['inbox', 'inbox'] }, 'channels', 'array-unique'],
    ['too much data', { data: { text: 'x'.repeat(33_000) } }, 'data', 'too-large'],
    ['data that nobody can store', { data: { orderId: 'a\0b' } }, 'data.orderId', 'unstorable'],
    ['a number that is none', { data: { orderId: NaN } }, 'data.orderId', 'out-of-range'],
    ['data that is nested too deep', { data: { orderId: nested(40) } }, 'data', 'too-deep'],
    ['a missing value', { data: {} }, 'data.orderId', 'required'],
    ['a sender', { sentBy: randomUUID() }, 'sent_by', 'not-allowed'],
    ['a key that is too long', { idempotencyKey: 'x'.repeat(256) }, 'idempotency_key', 'too-long'],
  ])('refuses %s', async (_, wrong, field, reason) => {
    const client = await atNotifications((await keyWith('notifications:send')).key);
    const { code, details } = await failureOf(client.call(send, { ...request(), ...wrong }));
    expect([code, details['ErrorInfo']?.['reason']]).toEqual(['INVALID_ARGUMENT', 'invalid-input']);
    const { fieldViolations } = details['BadRequest'] as {
      fieldViolations: { field: string; reason: string }[];
    };
    expect(fieldViolations.map((violation) => [violation.field, violation.reason])).toContainEqual([
      field,
      reason,
    ]);
  });

  it('refuses what it cannot decode', async () => {
    const client = await atNotifications((await keyWith('notifications:send')).key);
    // Field 3 of a thousand structs, each in the one before, and no message at all.
    const deep = Buffer.concat(Array.from({ length: 1_000 }, () => Buffer.from([0x1a, 0xff, 0x01])));
    for (const bytes of [deep, Buffer.from([0xff, 0xff]), Buffer.alloc(64, 0x1b)]) {
      const { code, details } = await failureOf(client.callWith(send, bytes));
      expect([code, details['ErrorInfo']?.['reason']]).toEqual(['INVALID_ARGUMENT', 'malformed-request']);
    }
  });

  it('needs an API key with the permission, and stops accepting one that is revoked', async () => {
    const { id, key } = await keyWith('notifications:send');
    const client = await atNotifications(key);
    await client.call(send, request());
    const codeFor = async (other: string) =>
      (await failureOf((await atNotifications(other)).call(send, request()))).code;
    expect(await codeFor('gh_test_nothing')).toBe('UNAUTHENTICATED');
    expect(await codeFor((await keyWith('users:read')).key)).toBe('PERMISSION_DENIED');
    const { code } = await failureOf(
      (await caller(`127.0.0.1:${apart.notifications.env['GRPC_PORT']}`)).call(send, request()),
    );
    expect(code).toBe('UNAUTHENTICATED');
    const { session } = ada;
    expect(await codeFor(session.accessToken)).toBe('UNAUTHENTICATED');
    expect((await apart.admin.delete(`/auth/api-keys/${id}`)).status).toBe(204);
    // It's used all the time, so it must not be trusted longer for that.
    await eventually(
      async () => expect((await failureOf(client.call(send, request()))).code).toBe('UNAUTHENTICATED'),
      { timeoutMs: 3_000 },
    );
  });

  it('shows a key only what its owner has sent', async () => {
    const { body } = await post({ channels: ['inbox'] });
    const other = await signUp(apart.gateway.api);
    const { key } = await keyWith('notifications:send');
    const mine = await atNotifications(key);
    expect((await mine.call(getNotification, { id: body.id })).notification?.id).toBe(body.id);
    await query(own.url, 'update notifications.notifications set sent_by = $2 where id = $1', [
      body.id,
      idOf(other),
    ]);
    const { code, details } = await failureOf(mine.call(getNotification, { id: body.id }));
    expect([code, details['ErrorInfo']?.['reason']]).toEqual(['NOT_FOUND', 'notification-not-found']);
  });

  it('still answers while its process drains', async () => {
    const second = await apart.startSecond();
    await second.restart({ DRAIN_SECONDS: '4' });
    const client = await caller(`127.0.0.1:${second.env['GRPC_PORT']}`, {
      authorization: `Bearer ${(await keyWith('notifications:send')).key}`,
    });
    await eventually(async () => expect(await client.health()).toBe('SERVING'));
    await second.kill('SIGTERM');
    await eventually(async () => expect(await client.health()).toBe('NOT_SERVING'));
    expect((await client.call(send, request())).notification?.recipient).toBe(idOf(ada));
    expect(await second.exited).toEqual({ code: 0, signal: null });
  });

  it('is served by the API, too', async () => {
    const client = await caller(`127.0.0.1:${apart.gateway.env['GRPC_PORT']}`, {
      authorization: `Bearer ${(await keyWith('notifications:send')).key}`,
    });
    expect((await client.call(send, request())).notification?.recipient).toBe(idOf(ada));
  });
});

describe('services with mutual TLS', () => {
  const folder = useTemporaryFolder();
  const authority = useFixture(() => hold(createAuthority(), ({ remove }) => remove()));

  it('know each other by their certificates', async () => {
    const { cert, key } = authority.issue('IP:127.0.0.1');
    const [api, other] = [await ownPort(), await ownPort()];
    const settings = (grpcPort: number): Settings => ({
      ...WITH_ADMIN,
      NOTIFICATIONS_DATABASE_URL: own.url,
      GRPC_PORT: String(grpcPort),
      GRPC_TLS_CERT: folder.write('cert', cert),
      GRPC_TLS_KEY: folder.write('key', key),
      GRPC_TLS_CA: folder.write('ca', authority.ca),
    });
    const gateway = await apart.start('api', {
      ...settings(api),
      NOTIFICATIONS_GRPC_URL: `grpc://127.0.0.1:${other}`,
    });
    await apart.start('notifications', { ...settings(other), ACCOUNTS_GRPC_URL: `127.0.0.1:${api}` });
    const admin = (await signInAdmin(gateway.api, WITH_ADMIN))();
    await eventually(async () => expect((await post({ channels: ['inbox'] }, {}, admin)).status).toBe(202));
    // Whoever has no certificate learns nothing.
    const plain = await caller(`127.0.0.1:${other}`);
    expect((await failureOf(plain.call(getNotification, { id: randomUUID() }))).code).toBe('UNAVAILABLE');
  });
});
