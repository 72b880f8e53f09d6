import { beforeAll, describe, expect, it } from '@jest/globals';
import { idOf } from '../support/administration.js';
import type { Answer, ListBody } from '../support/client.js';
import { type SignedUp, signUp, tokenIn } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import type { ReceivedMail } from '../support/received-mail.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { ORDER_DATA, ORDER_SHIPPED, publishTemplate } from '../support/templates.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

interface NotificationBody {
  readonly id: string;
  readonly state: string;
  readonly sendAt: string | null;
  readonly deliveries: readonly {
    readonly id: string;
    readonly channel: string;
    readonly state: string;
    readonly reason: string | null;
    readonly attempts: readonly object[];
  }[];
}

const { admin, api, database, sink } = useApp('all', { ...WITH_ADMIN, DELETION_GRACE_DAYS: '0' });
const TEMPLATE = 'order-shipped';
const INBOX = '/users/me/notifications';
const PREFERENCES = '/users/me/notification-preferences';
const HOUR_MS = 3_600_000;

beforeAll(async () => {
  await publishTemplate(admin, TEMPLATE, { ...ORDER_SHIPPED, category: 'orders' });
  await publishTemplate(admin, 'alarm', {
    category: 'security',
    contents: { en: { email: { subject: 'An alarm', html: 'x' } } },
  });
  await publishTemplate(admin, 'news', {
    variables: { topic: { type: 'string' } },
    category: 'news',
    contents: { en: { email: { subject: 'News about {{ topic }}', html: 'x' } } },
  });
});

/** Someone who has followed the link in the mail. */
async function verified(timezone = 'UTC'): Promise<SignedUp> {
  const user = await signUp(api, { timezone });
  const [mail] = await mailsTo(user, 1);
  expect((await api.verify(tokenIn(mail as ReceivedMail))).status).toBe(204);
  return user;
}

function send(to: SignedUp, more: object = {}): Promise<Answer<NotificationBody>> {
  const notification = { recipient: idOf(to), template: TEMPLATE, data: ORDER_DATA, ...more };
  return admin.post<NotificationBody>('/notifications', notification);
}

const news = (to: SignedUp, topic: string) => send(to, { template: 'news', data: { topic } });
const alarm = (to: SignedUp) => send(to, { template: 'alarm', data: {} });
const get = async (id: string) => (await admin.get<NotificationBody>(`/notifications/${id}`)).body;
const cancel = (id: string) => admin.post<NotificationBody>(`/notifications/${id}/cancel`);
const inboxOf = async ({ api: own }: SignedUp) => (await own.get<ListBody<object>>(INBOX)).body.items;
const prefer = ({ api: own }: SignedUp, json: object) => own.send('PUT', PREFERENCES, { json });
const inAnHour = () => new Date(Date.now() + HOUR_MS).toISOString();

/** The confirmation is the first one. */
const mailsTo = ({ email }: SignedUp, count: number): Promise<ReceivedMail[]> =>
  eventually(
    () => {
      const mails = sink.mails.filter(({ envelope }) => envelope.to.includes(email));
      expect(mails).toHaveLength(count);
      return mails;
    },
    { timeoutMs: 15_000 },
  );

const subjectsTo = async (user: SignedUp, count: number) =>
  (await mailsTo(user, count)).slice(1).map(({ subject }) => subject);

const unixLines = ({ text }: ReceivedMail): string => text.replaceAll('\r\n', '\n');

/** Lets the time come for which a user's tasks wait. */
async function passTime(user: SignedUp): Promise<void> {
  await query(database.url, 'update notifications.outbox set next_at = now() where subject = $1', [
    idOf(user),
  ]);
}

/** When the tasks of a user are due. */
async function dueTimes(user: SignedUp): Promise<string[]> {
  const rows = await query<{ next_at: Date }>(
    database.url,
    'select next_at from notifications.outbox where subject = $1 order by next_at',
    [idOf(user)],
  );
  return rows.map(({ next_at: at }) => at.toISOString());
}

const countRows = async (table: string, user: SignedUp): Promise<number> =>
  (await query(database.url, `select from notifications.${table} where user_id = $1`, [idOf(user)])).length;

describe('a notification with a time', () => {
  it('is sent at that time and not before, on all channels', async () => {
    const user = await verified();
    const sendAt = new Date(Date.now() + 3_000).toISOString();
    const sent = await send(user, { sendAt });
    expect([sent.status, sent.body]).toMatchObject([202, { state: 'queued', sendAt, deliveries: [] }]);
    expect(await inboxOf(user)).toEqual([]);
    expect(await subjectsTo(user, 2)).toEqual(['Order 4711 is on its way']);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(sendAt));
    await eventually(async () => {
      expect(await get(sent.body.id)).toMatchObject({
        state: 'sent',
        sendAt,
        deliveries: [
          { channel: 'email', state: 'sent', attempts: [{ outcome: 'sent' }] },
          { channel: 'inbox', state: 'sent' },
        ],
      });
    });
    expect(await inboxOf(user)).toMatchObject([{ title: 'Order 4711 is on its way' }]);
    expect(await countRows('scheduled_notifications', user)).toBe(0);
  });

  it('is sent at once if that has passed', async () => {
    const user = await verified();
    const sent = await send(user, { sendAt: '2020-01-01T00:00:00+01:00' });
    expect(sent.body).toMatchObject({ sendAt: null, deliveries: [{}, { state: 'sent' }] });
  });

  it('goes to who the recipient is by then, if they still want it', async () => {
    const [renamed, uninterested] = [await verified(), await verified()];
    const waiting = [
      await send(renamed, { sendAt: inAnHour() }),
      await send(uninterested, { sendAt: inAnHour() }),
    ];
    expect((await renamed.api.patch('/users/me', { displayName: 'Grace', locale: 'de' })).status).toBe(200);
    await prefer(uninterested, { categories: { orders: { email: false, inbox: false } } });
    await Promise.all([passTime(renamed), passTime(uninterested)]);
    expect(await subjectsTo(renamed, 2)).toEqual(['Bestellung 4711 ist unterwegs']);
    await eventually(async () => {
      expect(await get(waiting[1]?.body.id ?? '')).toMatchObject({
        state: 'suppressed',
        deliveries: [
          { state: 'suppressed', reason: 'the recipient has turned off "orders"' },
          { state: 'suppressed' },
        ],
      });
    });
  });

  it('says what its template said, even if that was deleted', async () => {
    const user = await verified();
    await publishTemplate(admin, 'short-lived', ORDER_SHIPPED);
    await send(user, { template: 'short-lived', sendAt: inAnHour() });
    expect((await admin.delete('/notification-templates/short-lived')).status).toBe(204);
    await query(
      database.url,
      `update notifications.template_versions set expires_at = now() - interval '1 day' where expires_at is not null`,
    );
    await passTime(user);
    expect(await subjectsTo(user, 2)).toEqual(['Order 4711 is on its way']);
    // Its emails may be tried for days, so it's kept for as long.
    const kept = 'select from notifications.template_versions where expires_at > now()';
    expect(await query(database.url, kept)).toHaveLength(1);
  });

  it('is not kept for someone who is deleted', async () => {
    const user = await verified();
    await send(user, { sendAt: inAnHour() });
    expect((await admin.delete(`/users/${idOf(user)}`)).status).toBe(202);
    await eventually(
      async () => {
        expect(await countRows('scheduled_notifications', user)).toBe(0);
        expect(await dueTimes(user)).toEqual([]);
      },
      { timeoutMs: 15_000 },
    );
  });

  it('leaves no task if an earlier release has erased everything else', async () => {
    const user = await verified();
    await prefer(user, { digest: { afterMinutes: 60 } });
    await send(user, { sendAt: inAnHour() });
    await news(user, 'cats');
    for (const table of ['scheduled_notifications', 'notifications', 'digests', 'deliveries']) {
      await query(database.url, `delete from notifications.${table} where user_id = $1`, [idOf(user)]);
    }
    expect(await dueTimes(user)).toHaveLength(2);
    await passTime(user);
    await eventually(async () => expect(await dueTimes(user)).toEqual([]));
  });

  it.each([
    ['a time that is too late', { sendAt: '2999-01-01T00:00:00Z' }, 'too-late'],
    ['a time without a zone', { sendAt: '2026-12-24T08:00:00' }, 'invalid-date-time'],
  ])('refuses %s', async (_, more, code) => {
    const refused = await send(await verified(), more);
    expectProblem(refused, 400, 'invalid-input');
    expect(refused.body).toMatchObject({ errors: [{ pointer: '/sendAt', code }] });
  });
});

describe('canceling a notification', () => {
  const CANCELED = { state: 'suppressed', reason: 'it was canceled' };

  it('sends nothing of one whose time has not come', async () => {
    const user = await verified();
    const { id } = (await send(user, { sendAt: inAnHour() })).body;
    const canceled = await cancel(id);
    expect([canceled.status, canceled.body]).toMatchObject([
      200,
      { state: 'suppressed', deliveries: [CANCELED, CANCELED] },
    ]);
    expect(await dueTimes(user)).toEqual([]);
    expect((await get(id)).state).toBe('suppressed');
    expectProblem(await cancel(id), 409, 'notification-not-cancelable');
  });

  it('stops an email that waits, but not what was sent', async () => {
    const user = await verified();
    await prefer(user, { digest: { afterMinutes: 60 } });
    const { id } = (await send(user)).body;
    expect((await cancel(id)).body).toMatchObject({
      state: 'sent',
      deliveries: [CANCELED, { channel: 'inbox', state: 'sent' }],
    });
    await passTime(user);
    await eventually(async () => expect(await dueTimes(user)).toEqual([]));
    expect(await countRows('digests', user)).toBe(0);
    await mailsTo(user, 1);
  });

  it('is refused for an email in a digest that is on its way', async () => {
    const user = await verified();
    await prefer(user, { digest: { afterMinutes: 60 } });
    const [{ body }] = [await news(user, 'cats'), await news(user, 'dogs')];
    sink.behave('defer');
    const failed = sink.attempts;
    await passTime(user);
    await eventually(() => expect(sink.attempts).toBeGreaterThan(failed));
    expectProblem(await cancel(body.id), 409, 'notification-not-cancelable');
    sink.behave('accept');
    const [, mail] = await mailsTo(user, 2);
    expect(mail?.text).toContain('cats');
  });

  it('is refused once everything was sent, and for those who did not send it', async () => {
    const user = await verified();
    const { id } = (await send(user, { channels: ['inbox'] })).body;
    expectProblem(await cancel(id), 409, 'notification-not-cancelable');
    expectProblem(await user.api.post(`/notifications/${id}/cancel`), 403, 'forbidden');
    expectProblem(await cancel(idOf(user)), 404, 'notification-not-found');
  });
});

/** A time of day in UTC, so many hours from now. */
function timeIn(hours: number): string {
  return new Date(Date.now() + hours * HOUR_MS).toISOString().slice(11, 16);
}

describe('quiet hours', () => {
  it('hold emails until they are over, but neither the inbox nor what protects the account', async () => {
    const user = await verified();
    const [start, end] = [timeIn(-1), timeIn(2)];
    const changed = await prefer(user, { quietHours: { start, end } });
    expect(changed.body).toMatchObject({ quietHours: { start, end } });
    const { id } = (await send(user)).body;
    await alarm(user);
    expect(await subjectsTo(user, 2)).toEqual(['An alarm']);
    const until = await eventually(async () => {
      const [email, inbox] = (await get(id)).deliveries;
      expect([email?.state, inbox?.state]).toEqual(['queued', 'sent']);
      const [, until = ''] = /^it is held until (\S+)$/.exec(email?.reason ?? '') ?? [];
      expect(until.slice(11, 16)).toBe(end);
      return until;
    });
    expect(await dueTimes(user)).toEqual([until]);
    // They are asked about again before it leaves.
    await passTime(user);
    await eventually(async () => expect(await dueTimes(user)).toEqual([until]));
    await prefer(user, { quietHours: null });
    await passTime(user);
    expect(await subjectsTo(user, 3)).toEqual(['An alarm', 'Order 4711 is on its way']);
    await eventually(async () => expect((await get(id)).state).toBe('sent'));
  });

  it('are in the time zone of the user', async () => {
    const user = await verified('Asia/Kolkata');
    await prefer(user, { quietHours: { start: timeIn(-1), end: timeIn(1) } });
    await send(user);
    await mailsTo(user, 2);
    await prefer(user, { quietHours: { start: timeIn(4.5), end: timeIn(6.5) } });
    const { id } = (await send(user)).body;
    await eventually(async () => expect((await get(id)).deliveries[0]?.reason).toMatch(/^it is held/));
    await mailsTo(user, 2);
  });
});

describe('a digest', () => {
  it('collects emails of a category in one, which says what each of them says', async () => {
    const user = await verified();
    await prefer(user, { digest: { afterMinutes: 30 } });
    const first = await send(user);
    const second = await send(user, { data: { ...ORDER_DATA, orderId: '4712' } });
    expect(first.body).toMatchObject({
      state: 'queued',
      deliveries: [{ reason: expect.stringMatching(/^it is held until /) }, { state: 'sent' }],
    });
    const other = [await news(user, 'cats'), await news(user, 'dogs')];
    await alarm(user);
    expect(await subjectsTo(user, 2)).toEqual(['An alarm']);
    expect(await dueTimes(user)).toHaveLength(2);
    await passTime(user);
    const mails = (await mailsTo(user, 4)).slice(2);
    expect(mails.map(({ subject }) => subject)).toEqual(Array(2).fill('Your new notifications'));
    const orders = mails.find(({ text }) => text.includes('Order')) as ReceivedMail;
    expect(unixLines(orders)).toMatch(
      /Order 4711 is on its way\nHello .*\.\nhttps:\/\/parcels\.example\/4711\?a=1&b=2\n\nOrder 4712 is/,
    );
    expect(orders.html).toContain('href="https://parcels.example/4711?a=1&amp;b=2"');
    expect(orders.raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/im);
    expect(orders.text).toMatch(/^Unsubscribe: http/m);
    const animals = mails.find(({ text }) => text.includes('cats')) as ReceivedMail;
    expect(unixLines(animals)).toMatch(/News about cats\n\nNews about dogs/);
    for (const { body } of [first, second, ...other]) {
      await eventually(async () => {
        expect(await get(body.id)).toMatchObject({
          state: 'sent',
          deliveries: expect.arrayContaining([
            expect.objectContaining({
              channel: 'email',
              attempts: [expect.objectContaining({ outcome: 'sent' })],
            }),
          ]),
        });
      });
    }
    expect(await dueTimes(user)).toEqual([]);
  });

  it('that bounces has failed, and so has every notification in it', async () => {
    const user = await verified();
    await prefer(user, { digest: { afterMinutes: 30 } });
    const sent = [await news(user, 'cats'), await news(user, 'dogs')];
    await passTime(user);
    const [, mail] = await mailsTo(user, 2);
    const states = () => Promise.all(sent.map(async ({ body }) => (await get(body.id)).state));
    await eventually(async () => expect(await states()).toEqual(['sent', 'sent']));
    const bounce = { type: 'bounced', email: user.email, messageId: mail?.messageId, status: '5.2.2' };
    expect((await admin.post('/email-events', bounce)).status).toBe(204);
    expect(await states()).toEqual(['failed', 'failed']);
    expect((await get(sent[0]?.body.id ?? '')).deliveries).toMatchObject([{ reason: 'it bounced: 5.2.2' }]);
  });

  it('of a single email is that email, and the next one begins a new digest', async () => {
    const user = await verified();
    await prefer(user, { digest: { at: '08:00' } });
    await news(user, 'cats');
    const [due = ''] = await dueTimes(user);
    expect(due.slice(11, 16)).toBe('08:00');
    expect(Date.parse(due) - Date.now()).toBeLessThanOrEqual(24 * HOUR_MS);
    await passTime(user);
    expect(await subjectsTo(user, 2)).toEqual(['News about cats']);
    await news(user, 'dogs');
    expect(await dueTimes(user)).toEqual([due]);
  });

  it('goes to who the recipient is when it is sent', async () => {
    const user = await verified();
    await prefer(user, { digest: { afterMinutes: 30 } });
    await send(user);
    await user.api.patch('/users/me', { locale: 'de' });
    await passTime(user);
    expect(await subjectsTo(user, 2)).toEqual(['Bestellung 4711 ist unterwegs']);
  });

  it('of a category is chosen by itself', async () => {
    const user = await verified();
    const changed = await prefer(user, {
      digest: { afterMinutes: 5 },
      categories: { news: { digest: null } },
    });
    expect(changed.body).toMatchObject({
      digest: { afterMinutes: 5 },
      categories: { news: { digest: null }, orders: { email: true, inbox: true } },
    });
    // So that the one for all can be changed in what this has returned.
    expect(changed.body).not.toHaveProperty('categories.orders.digest');
    await send(user);
    await news(user, 'cats');
    expect(await subjectsTo(user, 2)).toEqual(['News about cats']);
  });

  it('stays open during quiet hours, so that they end with one email', async () => {
    const user = await verified();
    const quietHours = { start: timeIn(-1), end: timeIn(2) };
    await prefer(user, { digest: { afterMinutes: 1 }, quietHours });
    await news(user, 'cats');
    await passTime(user);
    const until = await eventually(async () => {
      const [due = ''] = await dueTimes(user);
      expect(due.slice(11, 16)).toBe(quietHours.end);
      return due;
    });
    const { id } = (await news(user, 'dogs')).body;
    expect((await get(id)).deliveries).toMatchObject([{ reason: `it is held until ${until}` }]);
    expect(await dueTimes(user)).toHaveLength(1);
    await prefer(user, { digest: { afterMinutes: 1 } });
    await passTime(user);
    expect(await subjectsTo(user, 2)).toEqual(['Your new notifications']);
  });

  it('of what the recipient has turned off in the meantime is not sent', async () => {
    const user = await verified();
    await prefer(user, { digest: { afterMinutes: 5 } });
    const sent = [await news(user, 'cats'), await news(user, 'dogs')];
    await prefer(user, { categories: { news: { email: false } } });
    await passTime(user);
    for (const { body } of sent) {
      await eventually(async () => {
        expect((await get(body.id)).deliveries).toMatchObject([
          { state: 'suppressed', reason: 'the recipient has turned off "news"' },
        ]);
      });
    }
    await mailsTo(user, 1);
  });

  it('leaves out what was canceled', async () => {
    const user = await verified();
    await prefer(user, { digest: { afterMinutes: 5 } });
    const [, canceled] = [await news(user, 'cats'), await news(user, 'dogs'), await news(user, 'birds')];
    expect((await cancel(canceled.body.id)).status).toBe(200);
    await passTime(user);
    const [, mail] = await mailsTo(user, 2);
    expect(mail?.text).toMatch(/cats[^]*birds/);
    expect(mail?.text).not.toContain('dogs');
  });

  it('shows as many notifications as are readable and counts the others', async () => {
    const user = await verified();
    await prefer(user, { digest: { afterMinutes: 5 } });
    const long = 'x'.repeat(480);
    for (let i = 1; i <= 110; i += 1) {
      await news(user, `topic ${i} ${long}`);
    }
    await passTime(user);
    const [, mail] = await mailsTo(user, 2);
    // 50,000 characters.
    expect(mail?.text).toContain('topic 100 ');
    expect(mail?.text).not.toContain('topic 101 ');
    expect(mail?.text).toContain('+ 10 more');
    expect(mail?.html).toContain('+ 10 more');
  });

  it.each([
    ['/quietHours/end', { quietHours: { start: '22:00', end: '22:00' } }],
    ['/quietHours/start', { quietHours: { start: '24:00', end: '07:00' } }],
    ['/quietHours/end', { quietHours: { start: '22:00' } }],
    ['/quietHours/zone', { quietHours: { start: '22:00', end: '07:00', zone: 'UTC' } }],
    ['/digest/afterMinutes', { digest: {} }],
    ['/digest/afterMinutes', { digest: { afterMinutes: 0 } }],
    ['/digest/afterMinutes', { digest: { afterMinutes: 1.5 } }],
    ['/digest/afterMinutes', { digest: { at: '08:00', afterMinutes: 5 } }],
    ['/digest/at', { digest: { at: '8:00' } }],
    ['/categories/news/digest', { categories: { news: { digest: true } } }],
  ])('refuses %s of %j', async (pointer, json) => {
    const user = await signUp(api);
    const refused = await prefer(user, json);
    expectProblem(refused, 400, 'invalid-input');
    expect(refused.body).toMatchObject({ errors: [{ pointer }] });
  });
});
