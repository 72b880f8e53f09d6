import { describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { Webhook } from 'standardwebhooks';
import { idOf, NOBODY, userWithPermissions } from '../support/administration.js';
import type { Answer, ListBody } from '../support/client.js';
import { signIn, type SignedUp, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';
import { useWebhookReceiver } from '../support/webhook-receiver.js';

interface WebhookBody {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string | null;
  readonly ordering: string;
  readonly status: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

type CreatedBody = WebhookBody & { readonly secret: string };

interface DeliveryBody {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly subject: string;
  readonly state: string;
  readonly attempts: readonly {
    readonly at: string;
    readonly status: number | null;
    readonly error: string | null;
  }[];
  readonly body: string;
  readonly endedAt: string | null;
}

const receiver = useWebhookReceiver();
const running = useApp('all', { ...WITH_ADMIN, WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' });
const { admin, api, database } = running;

async function create(events: readonly string[], path = `/${v7()}`): Promise<CreatedBody & { path: string }> {
  const created = await admin.post<CreatedBody>('/webhooks', { url: `${receiver.url}${path}`, events });
  expect(created.status).toBe(201);
  return { ...created.body, path };
}

const at = (path: string) => receiver.requests.filter((request) => request.path === path);
const typesAt = (path: string) => at(path).map(({ event }) => event.type);

const deliveriesOf = async ({ id }: { id: string }, filter = ''): Promise<readonly DeliveryBody[]> =>
  (await admin.get<ListBody<DeliveryBody>>(`/webhooks/${id}/deliveries${filter}`)).body.items;

describe('a webhook', () => {
  it('gets events about users, without personal data, and signed', async () => {
    const { path, secret, id } = await create([
      'user.registered',
      'user.updated',
      'session.started',
      'session.ended',
      'user.deleted',
    ]);
    const user = await signUp(api);
    await user.api.patch('/users/me', { displayName: 'Ada', metadata: { plan: 'pro' } });
    await user.api.post('/auth/logout');
    // It may also get to know that the admin has signed in, just before.
    const own = await eventually(() => {
      const received = at(path).filter(({ event: { subject } }) => subject === idOf(user));
      expect(received).toHaveLength(4);
      return received;
    });
    expect(own.map(({ event }) => event).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      event('user.registered', idOf(user), byOf(user)),
      event('session.started', idOf(user), { ...byOf(user), sessionId: expect.any(String) }),
      event('user.updated', idOf(user), { ...byOf(user), changed: ['displayName', 'metadata'] }),
      event('session.ended', idOf(user), {
        ...byOf(user),
        scope: 'one',
        sessionId: expect.any(String),
      }),
    ]);
    for (const { body, headers } of own) {
      new Webhook(secret).verify(body, headers as Record<string, string>);
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'user-agent': expect.stringMatching(/^Gatehouse-Webhooks\//),
        'webhook-id': (JSON.parse(body) as { id: string }).id,
      });
      expect(body).not.toContain(user.email);
      expect(body).not.toContain('Ada');
    }
    await eventually(async () =>
      expect(await deliveriesOf({ id })).toEqual(
        expect.arrayContaining(
          own.map(({ body, event: { id: eventId, type } }) =>
            expect.objectContaining({
              eventId,
              type,
              subject: idOf(user),
              state: 'delivered',
              body,
              attempts: [
                { at: expect.any(String), durationMs: expect.any(Number), status: 204, error: null },
              ],
            }),
          ),
        ),
      ),
    );
  });

  it('gets what administrators do to users, and nothing that it did not ask for', async () => {
    const { path } = await create(['user.suspended', 'user.updated', 'user.registered']);
    const created = await admin.post<{ id: string }>('/users', { email: `${v7()}@acme.test` });
    const { id } = created.body;
    await admin.post(`/users/${id}/suspend`);
    await admin.post(`/users/${id}/restore`);
    await admin.patch(`/users/${id}`, { displayName: 'Grace', appMetadata: { plan: 'pro' } });
    await admin.send('PUT', `/users/${id}/roles`, { json: { roles: [] } });
    await eventually(() => expect(at(path)).toHaveLength(5));
    const events = at(path).map(({ event: { type, data } }) => [type, data['changed']]);
    expect(events).toEqual(
      expect.arrayContaining([
        ['user.registered', undefined],
        ['user.suspended', undefined],
        ['user.updated', ['status']],
        ['user.updated', expect.arrayContaining(['displayName', 'appMetadata'])],
        ['user.updated', ['roles']],
      ]),
    );
  });

  it('gets to know when sessions end, whatever ends them, but not where there were none', async () => {
    const { path } = await create(['session.ended', 'user.suspended']);
    const user = await signUp(api);
    const phone = await signIn(api, user);
    const { password } = user;
    await user.api.post('/auth/password/change', {
      currentPassword: password,
      newPassword: 'six calm herons',
    });
    await eventually(() => expect(at(path)).toHaveLength(1));
    expect(at(path)[0]?.event.data).toEqual({ ...byOf(user), scope: 'others', sessionId: null });
    expectProblem(await phone.api.me(), 401, 'unauthenticated');
    await admin.delete(`/users/${idOf(user)}/sessions`);
    await eventually(() => expect(at(path)).toHaveLength(2));
    expect(at(path)[1]?.event.data).toMatchObject({ scope: 'all', sessionId: null });
    await admin.post(`/users/${idOf(user)}/suspend`);
    await eventually(() => expect(typesAt(path)).toHaveLength(3));
    expect(typesAt(path)[2]).toBe('user.suspended');
  });

  it('gets to know that an account was deleted, and that an email was accepted', async () => {
    const { path } = await create([
      'notification.delivered',
      'user.deletion-requested',
      'user.deleted',
      'password.changed',
    ]);
    const user = await signUp(api);
    await user.api.post('/auth/password/change', {
      currentPassword: user.password,
      newPassword: 'six calm herons sing',
    });
    await admin.delete(`/users/${idOf(user)}`);
    await eventually(
      () =>
        expect(new Set(typesAt(path))).toEqual(
          new Set(['notification.delivered', 'password.changed', 'user.deletion-requested', 'user.deleted']),
        ),
      { timeoutMs: 20_000 },
    );
    const delivered = at(path).find(({ event: { type } }) => type === 'notification.delivered');
    expect(delivered?.event.data).toMatchObject({ template: 'verify-email', channel: 'email', reason: null });
  });

  it('gets an event again until it answers with success, with the same ID and body', async () => {
    const { path, id, secret } = await create(['user.registered']);
    receiver.answer(path, 503);
    const user = await signUp(api);
    await eventually(() => expect(at(path)).toHaveLength(1));
    receiver.answer(path, 302, { location: `${receiver.url}/elsewhere` });
    await eventually(() => expect(at(path)).toHaveLength(2), { timeoutMs: 15_000 });
    receiver.answer(path, 204);
    await eventually(() => expect(at(path)).toHaveLength(3), { timeoutMs: 25_000 });
    await eventually(async () => expect((await deliveriesOf({ id }))[0]?.state).toBe('delivered'));
    const [delivery] = await deliveriesOf({ id });
    expect(delivery?.attempts.map(({ status }) => status)).toEqual([503, 302, 204]);
    expect(new Set(at(path).map(({ body }) => body)).size).toBe(1);
    expect(new Set(at(path).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    at(path).forEach(({ body, headers }) =>
      new Webhook(secret).verify(body, headers as Record<string, string>),
    );
    expect(at('/elsewhere')).toEqual([]);
    expect(at(path)[0]?.event.subject).toBe(idOf(user));
  });

  it('gets a delivery again that someone replays', async () => {
    const { path, id } = await create(['user.registered']);
    await signUp(api);
    await eventually(async () => expect((await deliveriesOf({ id }))[0]?.state).toBe('delivered'));
    const [delivery] = await deliveriesOf({ id });
    const replayed = await admin.post<DeliveryBody>(`/webhooks/${id}/deliveries/${delivery?.id}/replay`);
    expect([replayed.status, replayed.body]).toEqual([202, { ...delivery, state: 'pending', endedAt: null }]);
    await eventually(() => expect(at(path)).toHaveLength(2));
    expect(at(path)[1]?.body).toBe(at(path)[0]?.body);
    await eventually(async () =>
      expect((await deliveriesOf({ id }, '?state=delivered'))[0]?.attempts).toHaveLength(2),
    );
    expect(await deliveriesOf({ id }, '?state=failed')).toEqual([]);
    expect(await deliveriesOf({ id }, '?type=user.deleted')).toEqual([]);
  });

  it('is disabled by an answer of 410, and its creator gets an email', async () => {
    const owner = await userWithPermissions(running, 'webhooks:write', 'webhooks:read');
    const { body: webhook } = await owner.api.post<CreatedBody>('/webhooks', {
      url: `${receiver.url}/gone`,
      events: ['user.suspended'],
    });
    receiver.answer('/gone', 410);
    const user = await signUp(api);
    await admin.post(`/users/${idOf(user)}/suspend`);
    await eventually(async () =>
      expect((await admin.get<WebhookBody>(`/webhooks/${webhook.id}`)).body.status).toBe('disabled'),
    );
    expect((await deliveriesOf(webhook))[0]?.state).toBe('failed');
    await eventually(async () =>
      expect(
        await query(
          database.url,
          `select template from notifications.deliveries where user_id = '${idOf(owner)}' order by id`,
        ),
      ).toContainEqual({ template: 'webhook-gone' }),
    );
  });

  it('is signed with both secrets for a day after the secret was replaced', async () => {
    const { path, id, secret } = await create(['session.started']);
    const rotated = await admin.post<CreatedBody>(`/webhooks/${id}/rotate-secret`);
    expect(rotated.status).toBe(200);
    const again = await admin.post<CreatedBody>(`/webhooks/${id}/rotate-secret`);
    expect(new Set([secret, rotated.body.secret, again.body.secret]).size).toBe(3);
    await signUp(api);
    await eventually(() => expect(at(path)).toHaveLength(1));
    // Whoever repeats the request after a lost answer doesn't void the secret in use.
    for (const each of [secret, rotated.body.secret, again.body.secret]) {
      const [request] = at(path);
      new Webhook(each).verify(request?.body ?? '', request?.headers as Record<string, string>);
    }
  });

  it('keeps its secret when the key of a request for another one is used again', async () => {
    const [one, other] = [await create(['session.started']), await create(['session.started'])];
    const rotate = ({ id }: CreatedBody) =>
      admin.post<CreatedBody>(`/webhooks/${id}/rotate-secret`, undefined, { 'idempotency-key': one.id });
    expect((await rotate(one)).status).toBe(200);
    expect((await rotate(one)).headers.get('idempotency-replayed')).toBe('true');
    expectProblem(await rotate(other), 422, 'idempotency-key-reused');
  });

  it('can tell what an administrator did as a user', async () => {
    const { path } = await create(['user.updated']);
    const user = await signUp(api);
    const { body } = await admin.post<{ accessToken: string }>(`/users/${idOf(user)}/impersonate`, {
      reason: 'a test',
    });
    await api.as(body).patch('/users/me', { displayName: 'Ada' });
    await eventually(() => expect(at(path)).toHaveLength(1));
    const { id } = (await admin.get<{ id: string }>('/users/me')).body;
    expect(at(path)[0]?.event.data).toEqual({
      actorId: idOf(user),
      impersonatorId: id,
      changed: ['displayName'],
    });
  });

  it('can be changed, disabled and deleted', async () => {
    const { id, path } = await create(['session.started']);
    const found = await admin.get<WebhookBody>(`/webhooks/${id}`);
    const etag = found.headers.get('etag') ?? '';
    expect(found.body).toEqual({
      id,
      url: `${receiver.url}${path}`,
      events: ['session.started'],
      description: null,
      ordering: 'none',
      status: 'active',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect((await admin.get(`/webhooks/${id}`, { 'If-None-Match': etag })).status).toBe(304);
    const patch = {
      enabled: false,
      description: 'CRM',
      ordering: 'subject',
      events: ['user.deleted', 'session.started'],
    };
    const changed = await admin.patch<WebhookBody>(`/webhooks/${id}`, patch, { 'If-Match': etag });
    expect([changed.status, changed.body]).toMatchObject([
      200,
      {
        status: 'disabled',
        description: 'CRM',
        ordering: 'subject',
        events: ['session.started', 'user.deleted'],
      },
    ]);
    expectProblem(
      await admin.patch(`/webhooks/${id}`, { enabled: true }, { 'If-Match': etag }),
      412,
      'precondition-failed',
    );
    await signUp(api);
    const { path: other } = await create(['session.started']);
    await signUp(api);
    await eventually(() => expect(at(other)).toHaveLength(1));
    expect([at(path), await deliveriesOf({ id })]).toEqual([[], []]);
    expect((await admin.delete(`/webhooks/${id}`)).status).toBe(204);
    expectProblem(await admin.get(`/webhooks/${id}`), 404, 'webhook-not-found');
    expectProblem(await admin.get(`/webhooks/${id}/deliveries`), 404, 'webhook-not-found');
    expectProblem(
      await admin.post(`/webhooks/${id}/deliveries/${NOBODY}/replay`),
      404,
      'webhook-delivery-not-found',
    );
    await eventually(async () => {
      const { body: log } =
        await admin.get<ListBody<{ type: string; target: string; ipAddress: string; changes: unknown }>>(
          '/audit-events?limit=100',
        );
      expect(log.items.filter(({ target }) => target === id)).toMatchObject([
        { type: 'webhook.deleted', ipAddress: '127.0.0.1' },
        {
          type: 'webhook.updated',
          changes: {
            description: { from: null, to: 'CRM' },
            enabled: { from: true, to: false },
            events: { from: ['session.started'], to: ['session.started', 'user.deleted'] },
          },
        },
        { type: 'webhook.created' },
      ]);
    });
  });
});

describe('the URL of a webhook', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['http://10.0.0.1/', 'private-address'],
    ['https://169.254.169.254/latest/meta-data', 'private-address'],
    ['https://[::1]/', 'private-address'],
    ['http://acme.com/', 'https-required'],
    ['http://hooks.localhost/', 'https-required'],
    ['ftp://acme.com/', 'invalid-url'],
    ['https://user:secret@acme.com/', 'has-credentials'],
    ['not a url', 'invalid-url'],
  ];
  it.each(refused)('can not be %s', async (url, code) => {
    const answer: Answer<unknown> = await admin.post('/webhooks', { url, events: ['user.deleted'] });
    expectProblem(answer, 400, 'invalid-input');
    expect(answer.body).toMatchObject({ errors: [{ pointer: '/url', code }] });
  });
});

it('is normalized, and may stay what it is', async () => {
  const webhook = { url: 'https:acme.com/ü?q=1', events: ['user.deleted'] };
  const created = await admin.post<CreatedBody>('/webhooks', webhook);
  expect(created.body.url).toBe('https://acme.com/%C3%BC?q=1');
  const { id, url } = created.body;
  expect((await admin.patch<WebhookBody>(`/webhooks/${id}`, { url })).body.updatedAt).toBe(
    created.body.updatedAt,
  );
  expectProblem(await admin.patch(`/webhooks/${id}`, { events: [] }), 400, 'invalid-input');
});

it('needs the permissions for webhooks, and a recent sign-in', async () => {
  const user = await signUp(api);
  expectProblem(await user.api.get('/webhooks'), 403, 'forbidden');
  const reader = await userWithPermissions(running, 'webhooks:read');
  expect((await reader.api.get('/webhooks')).status).toBe(200);
  expectProblem(
    await reader.api.post('/webhooks', { url: receiver.url, events: ['user.deleted'] }),
    403,
    'forbidden',
  );
});

const byOf = (user: SignedUp) => ({ actorId: idOf(user), impersonatorId: null });

function event(type: string, subject: string, data: object): object {
  return { id: expect.any(String), type, version: 1, occurredAt: expect.any(String), subject, data };
}
