import { beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { idOf } from '../support/administration.js';
import { abuseReport, bounceReport } from '../support/bounce-report.js';
import type { Answer } from '../support/client.js';
import { type SignedUp, signUp, tokenIn } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import type { ReceivedMail } from '../support/received-mail.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { publishTemplate } from '../support/templates.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';
import { useWebhookReceiver } from '../support/webhook-receiver.js';

const receiver = useWebhookReceiver();
const { admin, api, database, sink } = useApp('all', () => ({
  ...WITH_ADMIN,
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
}));

const contents = {
  en: { email: { subject: 'News', html: '<p>News</p>' }, inbox: { title: 'News', body: 'x' } },
};

beforeAll(async () => {
  await publishTemplate(admin, 'offer', { category: 'offers', contents });
  await publishTemplate(admin, 'alarm', { category: 'security', contents });
});

interface Suppression {
  readonly id: string;
  readonly email: string;
  readonly reason: string;
  readonly detail: string | null;
  readonly expiresAt: string | null;
}

interface Sent {
  readonly id: string;
  readonly state: string;
  readonly deliveries: readonly {
    readonly id: string;
    readonly channel: string;
    readonly state: string;
    readonly reason: string | null;
  }[];
}

async function verified(): Promise<SignedUp> {
  const user = await signUp(api);
  const [mail] = await mailsTo(user, 1);
  expect((await api.verify(tokenIn(mail as ReceivedMail))).status).toBe(204);
  return user;
}

const mailsTo = ({ email }: SignedUp, count: number): Promise<ReceivedMail[]> =>
  eventually(() => {
    const mails = sink.mailsTo(email);
    expect(mails).toHaveLength(count);
    return mails;
  });

async function send(to: SignedUp, template = 'offer', channels = ['email']): Promise<Sent> {
  const sent = await admin.post<Sent>('/notifications', { recipient: idOf(to), template, channels });
  expect(sent.status).toBe(202);
  return sent.body;
}

const get = async (id: string): Promise<Sent> => (await admin.get<Sent>(`/notifications/${id}`)).body;

/** Sends it, and waits until it isn't queued any more. */
async function outcome(to: SignedUp, template?: string): Promise<Sent['deliveries'][number]> {
  const { id } = await send(to, template);
  return eventually(async () => {
    const [delivery] = (await get(id)).deliveries;
    expect(delivery?.state).not.toBe('queued');
    return delivery as Sent['deliveries'][number];
  });
}

async function listed(email: string): Promise<Suppression[]> {
  const path = `/suppressions?email=${encodeURIComponent(email)}`;
  return (await admin.get<{ items: Suppression[] }>(path)).body.items;
}

const event = (body: object) => admin.post('/email-events', body);

function passOn(report: string): Promise<Answer<{ emails: number }>> {
  return admin.send('POST', '/email-reports', {
    body: report,
    headers: { 'content-type': 'message/rfc822' },
  });
}

describe('the suppression list', () => {
  it('keeps notifications from an address, but not what protects the account', async () => {
    const user = await verified();
    const added = await admin.post<Suppression>('/suppressions', {
      email: user.email.toUpperCase(),
      detail: 'Asked for it',
    });
    expect(added.status).toBe(201);
    expect(added.headers.get('location')).toBe(`/v2/suppressions/${added.body.id}`);
    expect(await outcome(user)).toMatchObject({
      state: 'suppressed',
      reason: 'an administrator has suppressed the address',
    });
    const { deliveries } = await send(user, 'offer', ['inbox']);
    expect(deliveries).toMatchObject([{ channel: 'inbox', state: 'sent' }]);
    expect((await outcome(user, 'alarm')).state).toBe('sent');
    await api.post('/auth/password/forgot', { email: user.email });
    await mailsTo(user, 3);
    expect((await admin.delete(`/suppressions/${added.body.id}`)).status).toBe(204);
    expectProblem(await admin.get(`/suppressions/${added.body.id}`), 404, 'suppression-not-found');
    expect((await outcome(user)).state).toBe('sent');
  });

  it('has each address once, however it is written', async () => {
    const email = `ada.${v7()}@example.com`;
    const first = await admin.post<Suppression>('/suppressions', { email });
    const second = await admin.post<Suppression>('/suppressions', { email: email.toUpperCase() });
    expect(second.body).toEqual({ ...first.body });
    expect(await listed(email.toUpperCase())).toEqual([first.body]);
    expect((await admin.get<Suppression>(`/suppressions/${first.body.id}`)).body).toEqual(first.body);
  });

  it('is listed by reason, page by page', async () => {
    for (const type of ['complained', 'complained', 'bounced']) {
      await event({ type, email: `ada.${v7()}@example.com`, permanent: true });
    }
    const { body } = await admin.get<{ items: Suppression[]; page: { nextCursor: string; total: number } }>(
      '/suppressions?reason=complaint&limit=1&total=true',
    );
    expect([body.items.map(({ reason }) => reason), body.page.total]).toEqual([['complaint'], 2]);
    const next = await admin.get<{ items: Suppression[] }>(
      `/suppressions?reason=complaint&limit=1&cursor=${body.page.nextCursor}`,
    );
    expect(next.body.items).toHaveLength(1);
    expect(next.body.items[0]?.id).not.toBe(body.items[0]?.id);
  });

  it('is sealed in the database', async () => {
    const email = `ada.${v7()}@example.com`;
    await admin.post('/suppressions', { email });
    const rows = await query(database.url, 'select * from notifications.suppressions');
    expect(JSON.stringify(rows)).not.toContain(email);
  });

  it('needs permissions', async () => {
    const { api: own } = await signUp(api);
    expectProblem(await own.get('/suppressions'), 403, 'forbidden');
    expectProblem(await own.post('/email-events', { type: 'bounced', email: 'a@b.com' }), 403, 'forbidden');
  });
});

describe('an email that bounces', () => {
  it('while it is sent puts its address on the list', async () => {
    const user = await verified();
    sink.behave('reject-recipient');
    expect(await outcome(user)).toMatchObject({ state: 'failed', reason: '550 5.1.1 RCPT TO EENVELOPE' });
    sink.behave('accept');
    expect(await listed(user.email)).toMatchObject([{ reason: 'bounce', detail: '5.1.1' }]);
    expect(await outcome(user)).toMatchObject({
      state: 'suppressed',
      reason: 'earlier emails to the address bounced',
    });
  });

  it('after it was sent has failed, and its address is on the list', async () => {
    await admin.post('/webhooks', { url: `${receiver.url}/events`, events: ['notification.failed'] });
    const user = await verified();
    const { id } = await send(user);
    const [, mail] = await mailsTo(user, 2);
    await eventually(async () => expect((await get(id)).state).toBe('sent'));
    const report = bounceReport({ to: user.email, messageId: mail?.messageId ?? '' });
    expect((await passOn(report)).body).toEqual({ emails: 1 });
    expect(await get(id)).toMatchObject({
      state: 'failed',
      deliveries: [{ state: 'failed', reason: 'it bounced: 5.1.1' }],
    });
    expect(await listed(user.email)).toMatchObject([
      { reason: 'bounce', detail: '5.1.1', expiresAt: expect.stringMatching(/Z$/) },
    ]);
    await eventually(() =>
      expect(receiver.requests.map(({ event: { data } }) => data)).toContainEqual(
        expect.objectContaining({ notificationId: id, reason: '5.1.1' }),
      ),
    );
    // Repeating it changes nothing.
    expect((await passOn(report)).body).toEqual({ emails: 1 });
    expect(await listed(user.email)).toHaveLength(1);
  });

  it('for a passing reason has failed, but its address is not on the list', async () => {
    const user = await verified();
    const { id } = await send(user);
    const [, mail] = await mailsTo(user, 2);
    await eventually(async () => expect((await get(id)).state).toBe('sent'));
    await passOn(bounceReport({ to: user.email, messageId: mail?.messageId ?? '', status: '5.2.2' }));
    expect((await get(id)).state).toBe('failed');
    expect(await listed(user.email)).toEqual([]);
  });

  it('does not count if it was sent to someone else, or never', async () => {
    const [user, other] = [await verified(), await verified()];
    const { id } = await send(user);
    const [, mail] = await mailsTo(user, 2);
    await eventually(async () => expect((await get(id)).state).toBe('sent'));
    const { messageId = '' } = mail ?? {};
    const forged = [
      bounceReport({ to: other.email, messageId }),
      bounceReport({ to: user.email, messageId: messageId.replace(/<\w/, '<') }),
      bounceReport({ to: user.email, messageId: `<${v7()}@localhost>` }),
      abuseReport(other.email, messageId),
      'Subject: hello\r\n\r\nHello',
    ];
    for (const report of forged) {
      expect((await passOn(report)).body).toEqual({ emails: 0 });
    }
    expect((await get(id)).state).toBe('sent');
    expect([await listed(user.email), await listed(other.email)]).toEqual([[], []]);
  });

  it('is on the list until its time is over', async () => {
    const user = await verified();
    expect((await event({ type: 'bounced', email: user.email, status: '5.1.1' })).status).toBe(204);
    expect((await outcome(user)).state).toBe('suppressed');
    const [suppression] = await listed(user.email);
    await query(database.url, 'update notifications.suppressions set expires_at = now() where id = $1', [
      suppression?.id,
    ]);
    expect((await outcome(user)).state).toBe('sent');
  });
});

describe('a complaint', () => {
  it('puts the address on the list for good, whatever was the reason before', async () => {
    const user = await verified();
    const { id } = await send(user);
    const [, mail] = await mailsTo(user, 2);
    await eventually(async () => expect((await get(id)).state).toBe('sent'));
    await event({ type: 'bounced', email: user.email, permanent: true });
    expect((await passOn(abuseReport(user.email, mail?.messageId ?? ''))).body).toEqual({ emails: 1 });
    expect((await get(id)).state).toBe('delivered');
    expect(await listed(user.email)).toMatchObject([{ reason: 'complaint', expiresAt: null }]);
    await event({ type: 'bounced', email: user.email, permanent: true });
    expect(await listed(user.email)).toMatchObject([{ reason: 'complaint' }]);
    expect(await outcome(user)).toMatchObject({
      state: 'suppressed',
      reason: 'the recipient has reported an email as spam',
    });
  });
});

describe('an event', () => {
  it('says that an email has arrived, which a bounce before or after it outweighs', async () => {
    const user = await verified();
    const [first, second] = [await send(user), await send(user)];
    const mails = (await mailsTo(user, 3)).slice(1);
    const messageIdOf = ({ deliveries }: Sent): string =>
      mails.find(({ messageId }) => messageId.includes(deliveries[0]?.id ?? 'none'))?.messageId ?? '';
    await eventually(async () => expect((await get(first.id)).state).toBe('sent'));
    await eventually(async () => expect((await get(second.id)).state).toBe('sent'));
    const about = (sent: Sent, type: string) =>
      event({ type, email: user.email, messageId: messageIdOf(sent), status: '5.2.2' });
    await about(first, 'delivered');
    expect((await get(first.id)).state).toBe('delivered');
    await about(first, 'bounced');
    expect((await get(first.id)).state).toBe('failed');
    await about(second, 'bounced');
    await about(second, 'delivered');
    expect((await get(second.id)).state).toBe('failed');
  });

  it('about an email to someone else only concerns the address that it names', async () => {
    const [user, other] = [await verified(), await verified()];
    const { id } = await send(user);
    const [, mail] = await mailsTo(user, 2);
    await eventually(async () => expect((await get(id)).state).toBe('sent'));
    const { messageId } = mail ?? {};
    expect((await event({ type: 'bounced', email: other.email, messageId, status: '5.1.1' })).status).toBe(
      204,
    );
    expect((await get(id)).state).toBe('sent');
    expect([await listed(user.email), (await listed(other.email)).length]).toEqual([[], 1]);
  });

  it.each([
    [{ type: 'opened' }, '/type'],
    [{ email: 'ada' }, '/email'],
    [{ status: '250' }, '/status'],
    [{ permanent: 'yes' }, '/permanent'],
  ])('is refused with %j', async (more, pointer) => {
    const problem = expectProblem(
      await event({ type: 'bounced', email: 'ada@example.com', ...more }),
      400,
      'invalid-input',
    );
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
  });
});

it('a report is refused if it is too large or no email', async () => {
  const large = `${bounceReport({ to: 'a@example.com', messageId: '<x@y>' })}${'x'.repeat(2 * 1024 * 1024)}`;
  expectProblem(await passOn(large), 413, 'payload-too-large');
  expectProblem(await admin.post('/email-reports', {}), 415, 'unsupported-media-type');
});
