import { beforeAll, describe, expect, it } from '@jest/globals';
import { idOf, NOBODY, userWithPermissions } from '../support/administration.js';
import type { Answer, ApiClient, ListBody } from '../support/client.js';
import { type NewUser, type SignedUp, signUp, tokenIn } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import type { ReceivedMail } from '../support/received-mail.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { ORDER_DATA, ORDER_SHIPPED, publishTemplate } from '../support/templates.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

interface DeliveryBody {
  readonly id: string;
  readonly channel: string;
  readonly state: string;
  readonly reason: string | null;
  readonly sentAt: string | null;
  readonly attempts: readonly {
    readonly at: string;
    readonly durationMs: number;
    readonly outcome: string;
    readonly reason: string | null;
  }[];
}

interface NotificationBody {
  readonly id: string;
  readonly recipient: string;
  readonly template: string;
  readonly state: string;
  readonly deliveries: readonly DeliveryBody[];
  readonly createdAt: string;
}

interface InboxBody {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly url: string | null;
  readonly read: boolean;
  readonly readAt: string | null;
  readonly archived: boolean;
}

const running = useApp('all', WITH_ADMIN);
const { admin, api, database, sink } = running;
const TEMPLATE = 'order-shipped';
const INBOX = '/users/me/notifications';

let ada: SignedUp;
beforeAll(async () => {
  await publishTemplate(admin, TEMPLATE);
  ada = await verified();
});

/** Someone who has followed the link in the mail. */
async function verified(given: Partial<NewUser> = {}): Promise<SignedUp> {
  const user = await signUp(api, given);
  const mail = await mailTo(user, '');
  expect((await api.verify(tokenIn(mail))).status).toBe(204);
  return user;
}

function send(to: SignedUp, more: object = {}, as: ApiClient = admin): Promise<Answer<NotificationBody>> {
  return as.post<NotificationBody>('/notifications', {
    recipient: idOf(to),
    template: TEMPLATE,
    data: ORDER_DATA,
    ...more,
  });
}

const get = async (id: string) => (await admin.get<NotificationBody>(`/notifications/${id}`)).body;
const inboxOf = async ({ api: own }: SignedUp, filter = '') =>
  (await own.get<ListBody<InboxBody>>(`${INBOX}${filter}`)).body.items;
const unreadOf = async ({ api: own }: SignedUp) =>
  (await own.get<{ unread: number }>(`${INBOX}/unread-count`)).body.unread;

async function mailTo({ email }: SignedUp, subject: string): Promise<ReceivedMail> {
  return eventually(() => {
    const mail = sink.mails.find((one) => one.envelope.to.includes(email) && one.subject.includes(subject));
    expect(mail).toBeDefined();
    return mail as ReceivedMail;
  });
}

describe('a notification', () => {
  it('reaches the user by email and in the app, and its sender sees what became of it', async () => {
    const user = await verified({ displayName: '<b>Ada</b>' });
    const sent = await send(user);
    expect(sent.status).toBe(202);
    expect(sent.headers.get('location')).toBe(`/v2/notifications/${sent.body.id}`);
    expect(sent.body).toEqual({
      id: expect.any(String),
      recipient: idOf(user),
      template: TEMPLATE,
      state: 'queued',
      sendAt: null,
      deliveries: [
        {
          id: expect.any(String),
          channel: 'email',
          state: 'queued',
          reason: null,
          sentAt: null,
          attempts: [],
        },
        {
          id: expect.any(String),
          channel: 'inbox',
          state: 'sent',
          reason: null,
          sentAt: expect.any(String),
          attempts: [],
        },
      ],
      createdAt: expect.any(String),
    });
    const mail = await mailTo(user, 'Order 4711');
    expect(mail.subject).toBe('Order 4711 is on its way');
    expect(mail.html).toContain('Hello &lt;b&gt;Ada&lt;/b&gt;');
    expect(mail.html).toContain('href="https://parcels.example/4711?a=1&amp;b=2"');
    expect(mail.text).toContain('Hello <b>Ada</b>, track it (https://parcels.example/4711?a=1&b=2).');
    expect(mail.messageId).toContain(sent.body.deliveries[0]?.id);
    await eventually(async () => expect((await get(sent.body.id)).state).toBe('sent'));
    const [email] = (await get(sent.body.id)).deliveries;
    expect(email).toMatchObject({
      state: 'sent',
      sentAt: expect.any(String),
      attempts: [{ at: expect.any(String), durationMs: expect.any(Number), outcome: 'sent', reason: null }],
    });
    expect(await inboxOf(user)).toMatchObject([
      {
        title: 'Order 4711 is on its way',
        body: 'Hello <b>Ada</b>.',
        url: ORDER_DATA.trackingUrl,
        read: false,
        readAt: null,
        archived: false,
      },
    ]);
  });

  it("speaks the recipient's language", async () => {
    const user = await verified({ locale: 'de-AT', displayName: 'Eva' });
    await send(user);
    expect((await mailTo(user, 'unterwegs')).text).toBe('Hallo Eva\r\n');
    expect(await inboxOf(user)).toMatchObject([{ title: 'Bestellung 4711 ist unterwegs', url: null }]);
  });

  it('goes only to the channels that are asked for', async () => {
    const user = await verified();
    const { body } = await send(user, { channels: ['inbox'] });
    expect(body.deliveries.map(({ channel }) => channel)).toEqual(['inbox']);
    expect(body.state).toBe('sent');
  });

  it('is not mailed to an address that nobody has proved to be theirs', async () => {
    const user = await signUp(api);
    const { body } = await send(user, { channels: ['email'] });
    expect(body).toMatchObject({
      state: 'suppressed',
      deliveries: [{ state: 'suppressed', reason: 'the email address is not verified', attempts: [] }],
    });
  });

  it.each([
    ['', {}, 1],
    [', also at a later time', { sendAt: new Date(Date.now() + 3_600_000).toISOString() }, 0],
  ])('is sent once per idempotency key%s', async (_, when, delivered) => {
    const user = await verified();
    const once = () =>
      admin.post<NotificationBody>(
        '/notifications',
        { recipient: idOf(user), template: TEMPLATE, data: ORDER_DATA, channels: ['inbox'], ...when },
        { 'idempotency-key': `once-${idOf(user)}` },
      );
    const [one, other] = [await once(), await once()];
    expect([other.status, other.body]).toEqual([202, one.body]);
    expect(other.headers.get('location')).toBe(one.headers.get('location'));
    expect(await inboxOf(user)).toHaveLength(delivered);
    // In one transaction, so that no crash can separate them. xmin is the transaction that wrote a row.
    const together = await query(
      database.url,
      `select k.xmin = n.xmin as same from notifications.notifications n, notifications.idempotency_keys k
       where n.id = $1 order by k.expires_at desc limit 1`,
      [one.body.id],
    );
    expect(together).toEqual([{ same: true }]);
  });

  it.each<[string, object, string, string]>([
    ['an unknown template', { template: 'no-such-template' }, '/template', 'unknown-template'],
    ['an unknown user', { recipient: NOBODY }, '/recipient', 'unknown-user'],
    ['no ID of a user', { recipient: 'ada@acme.test' }, '/recipient', 'invalid-id'],
    ['an unknown channel', { channels: ['pigeon'] }, '/channels', 'not-one-of'],
    ['no channel', { channels: [] }, '/channels', 'array-min-size'],
    ['a missing value', { data: { orderId: '1' } }, '/data/trackingUrl', 'required'],
    ['a value of another type', { data: { ...ORDER_DATA, orderId: 4711 } }, '/data/orderId', 'wrong-type'],
    ['a value that nobody knows', { data: { ...ORDER_DATA, total: 1 } }, '/data/total', 'unknown-member'],
    [
      'a URL that is none',
      { data: { ...ORDER_DATA, trackingUrl: 'javascript:alert(1)' } },
      '/data/trackingUrl',
      'wrong-type',
    ],
    ['a name that no member has', { sendsAt: '2030-01-01T00:00:00Z' }, '/sendsAt', 'unknown-member'],
  ])('cannot be sent with %s', async (_, more, pointer, code) => {
    const problem = expectProblem(await send(ada, more), 400, 'invalid-input');
    expect(problem.errors?.map((error) => [error.pointer, error.code])).toEqual([[pointer, code]]);
  });

  it('cannot use a built-in template, even a published one', async () => {
    const name = 'account-exists';
    const html = '<a href="{{ link }}">Sign in</a>';
    const contents = { en: { email: { subject: 'Sign in', html, text: null } } };
    expect((await admin.patch(`/notification-templates/${name}`, { contents })).status).toBe(200);
    expect((await admin.post(`/notification-templates/${name}/publish`)).status).toBe(200);
    const data = { link: 'https://eve.test/', details: [] };
    const problem = expectProblem(await send(ada, { template: name, data }), 400, 'invalid-input');
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/template']);
  });

  it('cannot be sent to a channel that the template has no texts for', async () => {
    const { en } = ORDER_SHIPPED.contents;
    const name = await publishTemplate(admin, 'email-only', {
      ...ORDER_SHIPPED,
      contents: { en: { email: en.email } },
    });
    const problem = expectProblem(
      await send(ada, { template: name, channels: ['inbox'] }),
      400,
      'invalid-input',
    );
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/channels']);
    expect((await send(ada, { template: name })).body.deliveries.map(({ channel }) => channel)).toEqual([
      'email',
    ]);
  });

  it.each<[string, object, Record<string, unknown>]>([
    [
      'the URL in the inbox',
      { inbox: { title: 'a', body: 'b', url: 'https://{{ orderId }}' } },
      { orderId: 'no host' },
    ],
    ['a long title', { inbox: { title: '{{ orderId }}', body: 'b' } }, { orderId: 'x'.repeat(501) }],
    ['an email', { email: { subject: 'a', html: '{{ order.number }}' } }, { order: {} }],
    ['an empty subject', { email: { subject: '{{ orderId }}', html: 'a' } }, { orderId: ' ' }],
  ])('is refused if it cannot be rendered: %s', async (what, contents, data) => {
    const variables = { ...ORDER_SHIPPED.variables, order: { type: 'object', optional: true } };
    const name = await publishTemplate(admin, `broken-${what.length}`, {
      variables,
      contents: { en: contents },
    });
    const problem = expectProblem(
      await send(ada, { template: name, data: { ...ORDER_DATA, ...data } }),
      422,
      'notification-not-rendered',
    );
    expect(problem.errors?.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/data', 'rendering-failed'],
    ]);
  });

  it('is not refused because of a channel that nobody asked for', async () => {
    const email = { subject: 'a', html: '{{ order.number }}' };
    const variables = { ...ORDER_SHIPPED.variables, order: { type: 'object', optional: true } };
    const contents = { en: { email, inbox: { title: 'a', body: 'b' } } };
    const name = await publishTemplate(admin, 'half-broken', { variables, contents });
    const data = { ...ORDER_DATA, order: {} };
    expect((await send(ada, { template: name, data, channels: ['inbox'] })).status).toBe(202);
    expectProblem(await send(ada, { template: name, data }), 422, 'notification-not-rendered');
  });

  it('runs no scripts, whatever values become', async () => {
    const html = '{% for item in items %}<a href="{{ item.url }}">{{ item.name }}</a>{% endfor %}';
    const inbox = { title: '{{ items[0].name }}', body: 'b', url: 'https://acme.test/{{ items[0].name }}' };
    const name = await publishTemplate(admin, 'scripts', {
      variables: { items: { type: 'array' } },
      contents: { en: { email: { subject: '{{ items[0].name }}', html }, inbox } },
    });
    const user = await verified();
    const items = [
      { name: 'one\r\nBcc: eve@acme.test\u202e\u0007', url: 'java\tscript:alert(1)' },
      { name: 'two', url: 'https://acme.test/?a=1&b=2' },
    ];
    expect((await send(user, { template: name, data: { items } })).status).toBe(202);
    const mail = await mailTo(user, 'one Bcc');
    expect(mail.subject).toBe('one Bcc: eve@acme.test');
    expect(mail.html).toContain('<a href="#">');
    expect(mail.html).toContain('<a href="https://acme.test/?a=1&amp;b=2">two</a>');
    const [item] = await inboxOf(user);
    expect(item?.title).toBe('one Bcc: eve@acme.test');
    expect(item?.url).toMatch(/^https:\/\/acme\.test\/oneBcc:%20eve@acme\.test/);
  });

  it('is tried again, and every attempt is recorded without what the server said', async () => {
    const user = await verified();
    sink.behave('defer');
    const { body } = await send(user, { channels: ['email'] });
    await eventually(async () => expect((await get(body.id)).deliveries[0]?.attempts).toHaveLength(2), {
      timeoutMs: 20_000,
    });
    sink.behave('accept');
    await eventually(async () => expect((await get(body.id)).state).toBe('sent'), { timeoutMs: 30_000 });
    const attempts = (await get(body.id)).deliveries[0]?.attempts ?? [];
    expect(attempts.at(0)).toMatchObject({ outcome: 'deferred', reason: expect.stringMatching(/^4\d\d/) });
    expect(attempts.at(-1)).toMatchObject({ outcome: 'sent', reason: null });
    expect(JSON.stringify(attempts)).not.toContain(user.email);
  }, 60_000);

  it('has failed once the mail server refuses it', async () => {
    const user = await verified();
    sink.behave('reject');
    const { body } = await send(user);
    await eventually(async () => expect((await get(body.id)).deliveries[0]?.state).toBe('failed'));
    sink.behave('accept');
    const failed = await get(body.id);
    expect(failed).toMatchObject({
      state: 'sent',
      deliveries: [
        { reason: expect.stringMatching(/^5\d\d/), attempts: [{ outcome: 'refused' }] },
        { state: 'sent' },
      ],
    });
  });

  it('says in the email what its template said when it was accepted', async () => {
    const name = await publishTemplate(admin, 'changing');
    const user = await verified();
    sink.behave('defer');
    const { body } = await send(user, { template: name, channels: ['email'] });
    await eventually(async () => expect((await get(body.id)).deliveries[0]?.attempts).toHaveLength(1));
    const variables = { other: { type: 'string' } };
    const contents = { en: { email: { subject: 'Other {{ other }}' } } };
    expect((await admin.patch(`/notification-templates/${name}`, { variables, contents })).status).toBe(200);
    expect((await admin.post(`/notification-templates/${name}/publish`)).status).toBe(200);
    sink.behave('accept');
    await mailTo(user, 'Order 4711 is on its way');
  }, 60_000);

  it('is left alone by a release that does not know its template', async () => {
    const user = await verified();
    sink.behave('defer');
    const { body } = await send(user, { channels: ['email'] });
    await eventually(async () => expect((await get(body.id)).deliveries[0]?.attempts).toHaveLength(1));
    // What it claims, and what it takes for failed.
    const claimable = await query(
      database.url,
      `select from notifications.deliveries where id = $1 and state in ('pending', 'sending', 'failed')`,
      [body.deliveries[0]?.id],
    );
    expect(claimable).toEqual([]);
    sink.behave('accept');
    await eventually(async () => expect((await get(body.id)).state).toBe('sent'), { timeoutMs: 30_000 });
  }, 60_000);

  it('is sealed wherever it is stored', async () => {
    const user = await verified();
    await send(user, { data: { ...ORDER_DATA, note: 'a note that only Ada may read' } });
    for (const table of ['deliveries', 'inbox_notifications', 'notifications', 'outbox']) {
      const [row] = await query<{ text: string | null }>(
        database.url,
        `select string_agg(t::text, ' ') as text from notifications.${table} t`,
      );
      expect(row?.text ?? '').not.toMatch(/4711|only Ada/);
    }
  });
});

describe('sending', () => {
  it('needs the permission, which an API key can have', async () => {
    const sender = await userWithPermissions({ api, admin, database }, 'notifications:send');
    expectProblem(await send(ada, {}, ada.api), 403, 'forbidden');
    const { body: key } = await sender.api.post<{ id: string; key: string }>('/auth/api-keys', {
      name: 'Shop',
      permissions: ['notifications:send'],
    });
    const server = api.with({ authorization: `Bearer ${key.key}` });
    const sent = await send(ada, { channels: ['inbox'] }, server);
    expect(sent.status).toBe(202);
    expect((await server.get(`/notifications/${sent.body.id}`)).status).toBe(200);
    expect((await sender.api.get(`/notifications/${sent.body.id}`)).status).toBe(200);
    expectProblem(await admin.get(`/notifications/${sent.body.id}`), 404, 'notification-not-found');
    expectProblem(await ada.api.get(`/notifications/${sent.body.id}`), 403, 'forbidden');
  });
});

describe('an inbox', () => {
  it('is marked as read, one by one or as a whole, and archived', async () => {
    const user = await verified();
    for (const orderId of ['1', '2', '3']) {
      await send(user, { channels: ['inbox'], data: { ...ORDER_DATA, orderId } });
    }
    expect(await unreadOf(user)).toBe(3);
    const [newest, middle] = await inboxOf(user);
    expect(newest?.title).toContain('Order 3');
    const change = (id: string | undefined, to: object, as = user.api) =>
      as.patch<InboxBody>(`${INBOX}/${String(id)}`, to);
    const read = await change(newest?.id, { read: true });
    expect(read.body).toMatchObject({ read: true, readAt: expect.any(String), archived: false });
    expect((await change(newest?.id, { read: true })).body.readAt).toBe(read.body.readAt);
    expect((await change(middle?.id, { archived: true })).body).toMatchObject({
      read: false,
      archived: true,
    });
    expect(await unreadOf(user)).toBe(1);
    expect((await inboxOf(user)).map(({ title }) => title.slice(6, 7))).toEqual(['3', '1']);
    expect((await inboxOf(user, '?unread=true')).map(({ title }) => title.slice(6, 7))).toEqual(['1']);
    expect((await inboxOf(user, '?archived=true')).map(({ id }) => id)).toEqual([middle?.id]);
    expect((await user.api.post(`${INBOX}/read-all`)).status).toBe(204);
    expect(await unreadOf(user)).toBe(0);
    expect((await change(newest?.id, { read: false })).body).toMatchObject({ read: false, readAt: null });
    expect((await change(middle?.id, { archived: false })).body).toMatchObject({
      read: false,
      archived: false,
    });
    expect(await unreadOf(user)).toBe(2);
  });

  it('has pages, and a total on request', async () => {
    const user = await verified();
    for (let sent = 0; sent < 3; sent += 1) {
      await send(user, { channels: ['inbox'] });
    }
    const first = await user.api.get<ListBody<InboxBody>>(`${INBOX}?limit=2&total=true`);
    expect([first.body.items.length, first.body.page.total]).toEqual([2, 3]);
    const next = await user.api.get<ListBody<InboxBody>>(
      `${INBOX}?limit=2&cursor=${first.body.page.nextCursor}`,
    );
    expect(next.body.items).toHaveLength(1);
    const other = await verified();
    expectProblem(
      await other.api.get(`${INBOX}?limit=2&cursor=${first.body.page.nextCursor}`),
      400,
      'invalid-cursor',
    );
  });

  it("is nobody else's business", async () => {
    const user = await verified();
    await send(user, { channels: ['inbox'] });
    const [item] = await inboxOf(user);
    expectProblem(
      await ada.api.patch(`${INBOX}/${String(item?.id)}`, { read: true }),
      404,
      'inbox-notification-not-found',
    );
    expectProblem(
      await user.api.patch(`${INBOX}/${NOBODY}`, { read: true }),
      404,
      'inbox-notification-not-found',
    );
    expectProblem(
      await user.api.patch(`${INBOX}/${String(item?.id)}`, { read: 'yes' }),
      400,
      'invalid-input',
    );
    expectProblem(await api.get(INBOX), 401, 'unauthenticated');
    await ada.api.post(`${INBOX}/read-all`);
    expect(await unreadOf(user)).toBe(1);
  });
});
