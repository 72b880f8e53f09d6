import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { idOf } from '../support/administration.js';
import type { Answer, ListBody } from '../support/client.js';
import { type SignedUp, signUp } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import {
  aSubscription,
  type BrowserSubscription,
  newVapidKeys,
  type ReceivedPush,
  usePushService,
} from '../support/push-service.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { publishTemplate } from '../support/templates.js';
import { useApp, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useServers } from '../support/use-servers.js';

const SUBSCRIPTIONS = '/users/me/push-subscriptions';
const NOBODY_SUBSCRIBED = 'the recipient has no browser with push notifications';
const vapid = newVapidKeys();
const service = usePushService();
const SETTINGS = { ...WITH_ADMIN, VAPID_PRIVATE_KEY: vapid.privateKey };
const ALLOWED = { ...SETTINGS, PUSH_ALLOWED_NETWORKS: '127.0.0.1/32' };
const { admin, api, database } = useApp('all', ALLOWED);
const without = useApp('all', WITH_ADMIN);

interface Subscription {
  readonly id: string;
  readonly endpoint: string;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

interface Sent {
  readonly id: string;
  readonly state: string;
  readonly deliveries: readonly {
    readonly id: string;
    readonly channel: string;
    readonly state: string;
    readonly reason: string | null;
    readonly attempts: readonly { readonly provider: string; readonly outcome: string }[];
  }[];
}

const PARCEL = {
  category: 'parcels',
  variables: { orderId: { type: 'string' } },
  contents: {
    en: {
      push: {
        title: 'Order {{ orderId }}',
        body: 'It is here, {{ recipient.displayName }}.',
        url: 'https://parcels.test/{{ orderId }}',
      },
    },
    de: { push: { title: 'Bestellung {{ orderId }}', body: 'Sie ist da.' } },
  },
};

beforeAll(async () => {
  for (const app of [admin, without.admin]) {
    await publishTemplate(app, 'parcel', PARCEL);
  }
});

beforeEach(() => service.answer(201));

const add = ({ api: own }: SignedUp, subscription: object): Promise<Answer<Subscription>> =>
  own.post<Subscription>(SUBSCRIPTIONS, subscription);

const list = async ({ api: own }: SignedUp): Promise<readonly Subscription[]> =>
  (await own.get<ListBody<Subscription>>(SUBSCRIPTIONS)).body.items;

/** Someone with a browser that gets push notifications. */
async function withBrowser(
  displayName = 'Ada',
): Promise<{ user: SignedUp; browser: BrowserSubscription; id: string }> {
  const [user, browser] = [await signUp(api, { displayName }), service.subscribe(vapid.publicKey)];
  const { status, body } = await add(user, browser);
  expect(status).toBe(201);
  return { user, browser, id: body.id };
}

function pushesTo({ endpoint }: BrowserSubscription, count: number): Promise<ReceivedPush[]> {
  return eventually(() => {
    const pushes = service.pushes.filter((push) => push.endpoint === endpoint);
    expect(pushes).toHaveLength(count);
    return pushes;
  });
}

async function send(to: SignedUp, data: object = { orderId: '4711' }): Promise<Sent> {
  const sent = await admin.post<Sent>('/notifications', { recipient: idOf(to), template: 'parcel', data });
  expect(sent.status).toBe(202);
  return sent.body;
}

const get = async (id: string): Promise<Sent> => (await admin.get<Sent>(`/notifications/${id}`)).body;

describe('a push subscription', () => {
  it('is what the browser says, and the same one again is an update', async () => {
    const user = await signUp(api);
    expect(await list(user)).toEqual([]);
    const browser = aSubscription();
    const { status, body } = await add(user, browser);
    expect([status, body]).toEqual([
      201,
      {
        id: expect.any(String),
        endpoint: browser.endpoint,
        expiresAt: null,
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: body.createdAt,
      },
    ]);
    const expirationTime = Date.UTC(2030, 0, 1);
    const updated = await add(user, { ...aSubscription(), endpoint: browser.endpoint, expirationTime });
    expect(updated.body).toMatchObject({
      id: body.id,
      expiresAt: '2030-01-01T00:00:00.000Z',
      createdAt: body.createdAt,
    });
    expect(await list(user)).toEqual([updated.body]);
    const { expirationTime: _, ...old } = aSubscription();
    expect((await add(user, old)).status).toBe(201);
    expect(await list(user)).toMatchObject([{ endpoint: old.endpoint }, { endpoint: browser.endpoint }]);
  });

  it('can be removed, by nobody else', async () => {
    const { user, id } = await withBrowser();
    const other = await signUp(api);
    expectProblem(await other.api.delete(`${SUBSCRIPTIONS}/${id}`), 404, 'push-subscription-not-found');
    expect((await user.api.delete(`${SUBSCRIPTIONS}/${id}`)).status).toBe(204);
    expectProblem(await user.api.delete(`${SUBSCRIPTIONS}/${id}`), 404, 'push-subscription-not-found');
    expect((await send(user)).deliveries).toMatchObject([
      { channel: 'push', state: 'suppressed', reason: NOBODY_SUBSCRIBED },
    ]);
  });

  it('moves to whoever signs in on that browser, and what waits for the other one does not', async () => {
    const { user, browser, id } = await withBrowser();
    service.answer(429);
    const waiting = await send(user);
    await pushesTo(browser, 1);
    const next = await signUp(api);
    const moved = await add(next, browser);
    expect(moved.body.id).not.toBe(id);
    expect([await list(user), (await list(next)).length]).toEqual([[], 1]);
    service.answer(201);
    await eventually(async () =>
      expect((await get(waiting.id)).deliveries).toMatchObject([
        { state: 'suppressed', reason: NOBODY_SUBSCRIBED },
      ]),
    );
    await send(next);
    expect((await pushesTo(browser, 2))[1]?.payload).toContain('"title":"Order 4711"');
  });

  it('is one of at most 20, and the one goes that was not sent for the longest time', async () => {
    const user = await signUp(api);
    const browsers = Array.from({ length: 20 }, aSubscription);
    for (const browser of browsers) {
      await add(user, browser);
    }
    await add(user, browsers[0] as BrowserSubscription);
    await add(user, aSubscription());
    const endpoints = (
      await user.api.get<ListBody<Subscription>>(`${SUBSCRIPTIONS}?limit=100`)
    ).body.items.map(({ endpoint }) => endpoint);
    expect(endpoints).toHaveLength(20);
    expect(endpoints).toContain(browsers[0]?.endpoint);
    expect(endpoints).not.toContain(browsers[1]?.endpoint);
  });

  const { endpoint, keys } = aSubscription();
  const flipped = Buffer.from(keys.p256dh, 'base64url');
  flipped[40] = (flipped[40] ?? 0) ^ 1;
  it.each([
    ['/endpoint', { endpoint: 'http://push.example.com/send', keys }],
    ['/endpoint', { endpoint: 'https://10.0.0.1/send', keys }],
    ['/endpoint', { endpoint: 'https://[::1]/send', keys }],
    ['/endpoint', { endpoint: 'https://ada:secret@push.example.com/send', keys }],
    ['/endpoint', { endpoint: 'push', keys }],
    ['/endpoint', { keys }],
    ['/expirationTime', { endpoint, keys, expirationTime: 'never' }],
    ['/expirationTime', { endpoint, keys, expirationTime: -1 }],
    ['/keys', { endpoint }],
    ['/keys/p256dh', { endpoint, keys: { auth: keys.auth } }],
    ['/keys/p256dh', { endpoint, keys: { ...keys, p256dh: keys.p256dh.slice(0, 80) } }],
    ['/keys/p256dh', { endpoint, keys: { ...keys, p256dh: `${keys.p256dh}=` } }],
    ['/keys/p256dh', { endpoint, keys: { ...keys, p256dh: flipped.toString('base64url') } }],
    ['/keys/auth', { endpoint, keys: { ...keys, auth: 'AAAA' } }],
    ['/keys/auth', { endpoint, keys: { ...keys, auth: 1 } }],
    ['/keys/other', { endpoint, keys: { ...keys, other: 'AAAA' } }],
  ])('with a bad %s is rejected: %#', async (pointer, subscription) => {
    const rejected = await admin.post(SUBSCRIPTIONS, subscription);
    expectProblem(rejected, 400, 'invalid-input');
    expect(rejected.body).toMatchObject({ errors: [{ pointer }] });
  });

  it('is sealed in the database', async () => {
    const { user, browser } = await withBrowser();
    const rows = await query(
      database.url,
      'select * from notifications.push_subscriptions where user_id = $1',
      [idOf(user)],
    );
    const text = JSON.stringify(rows);
    for (const secret of [new URL(browser.endpoint).pathname, browser.keys.p256dh, browser.keys.auth]) {
      expect(text).not.toContain(secret);
    }
  });

  it('needs a server with a key, which anyone can ask for', async () => {
    expect((await api.get('/push/vapid-public-key')).body).toEqual({ publicKey: vapid.publicKey });
    expectProblem(await without.api.get('/push/vapid-public-key'), 409, 'push-not-configured');
    const user = await signUp(without.api);
    expectProblem(await add(user, aSubscription()), 409, 'push-not-configured');
    const sent = await without.admin.post<Sent>('/notifications', {
      recipient: idOf(user),
      template: 'parcel',
      data: { orderId: '1' },
    });
    expect(sent.body.deliveries).toMatchObject([
      { state: 'suppressed', reason: 'VAPID_PRIVATE_KEY is not set' },
    ]);
  });
});

describe('a push notification', () => {
  it('gets to each browser of its recipient once, and each has its own state', async () => {
    const { user, browser } = await withBrowser('Ada Lovelace');
    const second = service.subscribe(vapid.publicKey);
    await add(user, second);
    const { id, deliveries } = await send(user);
    expect(deliveries.map(({ channel }) => channel)).toEqual(['push', 'push']);
    const [push] = await pushesTo(browser, 1);
    await pushesTo(second, 1);
    expect(JSON.parse(push?.payload ?? '')).toEqual({
      id: deliveries[0]?.id,
      title: 'Order 4711',
      body: 'It is here, Ada Lovelace.',
      url: 'https://parcels.test/4711',
    });
    expect(push?.subject).toBe('mailto:no-reply@localhost');
    await eventually(async () =>
      expect(await get(id)).toMatchObject({
        state: 'sent',
        deliveries: [1, 2].map(() => ({
          state: 'sent',
          attempts: [{ provider: service.host, outcome: 'sent' }],
        })),
      }),
    );
    await user.api.send('PATCH', '/users/me', { json: { locale: 'de-AT' } });
    await send(user);
    expect((await pushesTo(second, 2))[1]?.payload).toContain('Bestellung 4711');
  });

  it('is sent again under the same topic, so that it replaces the first one', async () => {
    const { user, browser } = await withBrowser();
    service.answer(500);
    const { id, deliveries } = await send(user);
    await pushesTo(browser, 1);
    service.answer(201);
    const topics = (await pushesTo(browser, 2)).map(({ headers }) => headers['topic']);
    const topic = deliveries[0]?.id.replaceAll('-', '');
    expect(topics).toEqual([topic, topic]);
    await eventually(async () =>
      expect((await get(id)).deliveries[0]?.attempts.map(({ outcome }) => outcome)).toEqual([
        'unknown',
        'sent',
      ]),
    );
  });

  it.each([404, 410])('ends the subscription if the push service answers %i', async (status) => {
    const { user } = await withBrowser();
    service.answer(status);
    const { id } = await send(user);
    await eventually(async () =>
      expect((await get(id)).deliveries).toMatchObject([
        { state: 'suppressed', reason: String(status), attempts: [{ outcome: 'refused' }] },
      ]),
    );
    expect(await list(user)).toEqual([]);
    const jobs = await admin.get<ListBody<{ readonly error: string }>>('/jobs?state=failed');
    expect(jobs.body.items.filter(({ error }) => error.includes('refused'))).toEqual([]);
  });

  it('is given up if the push service refuses it', async () => {
    const { user } = await withBrowser();
    service.answer(413);
    const { id } = await send(user);
    await eventually(async () =>
      expect((await get(id)).deliveries).toMatchObject([{ state: 'failed', reason: '413' }]),
    );
    expect(await list(user)).toHaveLength(1);
  });

  it('can be turned off, and waits for the end of quiet hours', async () => {
    const { user, browser } = await withBrowser();
    const preferences = '/users/me/notification-preferences';
    await user.api.send('PUT', preferences, { json: { categories: { parcels: { push: false } } } });
    expect((await send(user)).deliveries).toMatchObject([{ channel: 'push', state: 'suppressed' }]);
    const at = (hours: number): string =>
      new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
    await user.api.send('PUT', preferences, { json: { quietHours: { start: at(-1), end: at(2) } } });
    const { id } = await send(user);
    await eventually(async () => expect((await get(id)).deliveries[0]?.reason).toMatch(/^it is held until /));
    await pushesTo(browser, 0);
  });

  it('is sent in a broadcast', async () => {
    const { user, browser } = await withBrowser();
    const audience = { createdAfter: (await user.api.me()).body.createdAt };
    const data = { orderId: '1' };
    const started = await admin.post('/notifications/broadcast', { template: 'parcel', data, audience });
    expect(started.status).toBe(202);
    await pushesTo(browser, 1);
  });

  it('is checked and previewed like an email', async () => {
    const variables = { orderId: { type: 'string' } };
    const draft = (body: string) => ({ variables, contents: { en: { push: { title: 'Order', body } } } });
    await admin.post('/notification-templates', { name: 'broken', ...draft('{{ orderID }}') });
    expectProblem(await admin.post('/notification-templates/broken/publish'), 422, 'invalid-template');
    await admin.patch('/notification-templates/broken', draft('It is {{ orderId }}.'));
    const preview = { data: { orderId: '4711' } };
    expect((await admin.post('/notification-templates/broken/preview', preview)).body).toMatchObject({
      sms: null,
      push: { title: 'Order', body: 'It is 4711.', url: null },
    });
    const long = await admin.post('/notification-templates/broken/preview', {
      data: { orderId: 'x'.repeat(700) },
    });
    expectProblem(long, 422, 'invalid-template');
    expect(long.body).toMatchObject({
      errors: [
        { pointer: '/contents/en/push', message: expect.stringMatching(/longer than 700 characters/) },
      ],
    });
    const tooLong = draft('x'.repeat(2_001));
    expectProblem(await admin.patch('/notification-templates/broken', tooLong), 400, 'invalid-input');
  });
});

describe('an endpoint that leads into our own network', () => {
  const servers = useServers();
  // As if its name had had another address when it was added.
  const careless = useApp('api', ALLOWED, servers);
  useApps({ notifications: ['notifications', SETTINGS] }, {}, servers);

  it('is refused when something is sent, and not reached', async () => {
    await publishTemplate(careless.admin, 'parcel', PARCEL);
    const [user, browser] = [await signUp(careless.api), service.subscribe(vapid.publicKey)];
    expect((await add(user, browser)).status).toBe(201);
    const notification = { recipient: idOf(user), template: 'parcel', data: { orderId: '4711' } };
    const { body } = await careless.admin.post<Sent>('/notifications', notification);
    await eventually(async () => {
      const report = await careless.admin.get<Sent>(`/notifications/${body.id}`);
      expect(report.body.deliveries).toMatchObject([
        { state: 'failed', reason: 'the address is not allowed', attempts: [{ outcome: 'refused' }] },
      ]);
    });
    await pushesTo(browser, 0);
  });
});
