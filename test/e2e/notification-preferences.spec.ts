import { beforeAll, describe, expect, it } from '@jest/globals';
import { idOf } from '../support/administration.js';
import type { Answer, ApiClient } from '../support/client.js';
import { type SignedUp, signUp, tokenIn } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import type { ReceivedMail } from '../support/received-mail.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { publishTemplate } from '../support/templates.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

const PREFERENCES = '/users/me/notification-preferences';
const INVALID_LINK = 'invalid-unsubscribe-link';

const { admin, api, database, sink } = useApp('all', WITH_ADMIN);

const contents = {
  en: {
    email: { subject: 'News', html: '<a href="{{ unsubscribeUrl }}">No more of these</a>' },
    inbox: { title: 'News', body: 'x' },
  },
};

beforeAll(async () => {
  await publishTemplate(admin, 'offer', { category: 'offers', contents });
  await publishTemplate(admin, 'reminder', { contents });
  await publishTemplate(admin, 'alarm', { category: 'security', contents });
});

interface Sent {
  readonly deliveries: readonly {
    readonly channel: string;
    readonly state: string;
    readonly reason: string;
    readonly attempts: readonly object[];
  }[];
}

async function verified(): Promise<SignedUp> {
  const user = await signUp(api);
  const [mail] = await mailsTo(user, 1);
  expect((await api.verify(tokenIn(mail as ReceivedMail))).status).toBe(204);
  return user;
}

function set({ api: own }: SignedUp, json: unknown): Promise<Answer<object>> {
  return own.send('PUT', PREFERENCES, { json });
}

/** What becomes of a notification, by channel. */
async function outcomes(to: SignedUp, template: string): Promise<Record<string, string>> {
  const sent = await admin.post<Sent>('/notifications', { recipient: idOf(to), template });
  expect(sent.status).toBe(202);
  return Object.fromEntries(sent.body.deliveries.map(({ channel, state }) => [channel, state]));
}

const mailsTo = ({ email }: SignedUp, count: number): Promise<ReceivedMail[]> =>
  eventually(() => {
    const mails = sink.mails.filter(({ envelope }) => envelope.to.includes(email));
    expect(mails).toHaveLength(count);
    return mails;
  });

/** Where an email says that one can unsubscribe. */
async function linkFor(user: SignedUp, template: string): Promise<string> {
  const before = sink.mails.length;
  await outcomes(user, template);
  const mail = await eventually(() => {
    const found = sink.mails.slice(before).find(({ envelope }) => envelope.to.includes(user.email));
    expect(found).toBeDefined();
    return found as ReceivedMail;
  });
  const unfolded = mail.raw.replace(/\r\n[ \t]+/g, ' ');
  const [, url = ''] = /^List-Unsubscribe: <(\S+)>$/im.exec(unfolded) ?? [];
  expect(unfolded).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/im);
  expect(mail.html).toContain(`href="${url}"`);
  expect(url).toMatch(/^https?:\/\/[^/]+\/unsubscribe\/[^/]+$/);
  return new URL(url).pathname;
}

/** As mail providers do it (RFC 8058, section 3.2). */
const oneClick = (path: string): Promise<Response> =>
  fetch(`${api.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
  });

function formOf(name: string, value: string): FormData {
  const form = new FormData();
  form.set(name, value);
  return form;
}

describe('notification preferences', () => {
  it('want everything until the user says otherwise, and list the categories that there are', async () => {
    const user = await verified();
    expect((await user.api.get(PREFERENCES)).body).toEqual({
      channels: { email: true, inbox: true, sms: true, push: true },
      categories: {
        general: { email: true, inbox: true, sms: true, push: true },
        offers: { email: true, inbox: true, sms: true, push: true },
      },
      quietHours: null,
      digest: null,
    });
    expect(await outcomes(user, 'offer')).toEqual({ email: 'queued', inbox: 'sent' });
  });

  it('know the category that is published, not that of the draft', async () => {
    const user = await verified();
    await publishTemplate(admin, 'moved', { category: 'old', contents });
    await admin.patch('/notification-templates/moved', { category: 'new' });
    const categories = async () =>
      Object.keys((await user.api.get<{ categories: object }>(PREFERENCES)).body.categories);
    expect(await categories()).toEqual(['general', 'offers', 'old']);
    await admin.post('/notification-templates/moved/publish');
    expect(await categories()).toEqual(['general', 'new', 'offers']);
    await admin.delete('/notification-templates/moved');
    expect(await categories()).toEqual(['general', 'offers']);
  });

  it('turn off a channel of a category, and what they return can be sent again', async () => {
    const user = await verified();
    const changed = await set(user, { categories: { offers: { email: false } } });
    const expected = {
      channels: { email: true, inbox: true, sms: true, push: true },
      categories: {
        general: { email: true, inbox: true, sms: true, push: true },
        offers: { email: false, inbox: true, sms: true, push: true },
      },
      quietHours: null,
      digest: null,
    };
    expect([changed.status, changed.body]).toEqual([200, expected]);
    expect((await set(user, changed.body)).body).toEqual(expected);
    expect(await outcomes(user, 'offer')).toEqual({ email: 'suppressed', inbox: 'sent' });
    expect(await outcomes(user, 'reminder')).toEqual({ email: 'queued', inbox: 'sent' });
    await set(user, {});
    expect(await outcomes(user, 'offer')).toEqual({ email: 'queued', inbox: 'sent' });
  });

  it('apply to emails that were accepted before, and still wait', async () => {
    const user = await verified();
    sink.behave('defer');
    const sent = await admin.post<Sent & { readonly id: string }>('/notifications', {
      recipient: idOf(user),
      template: 'offer',
      channels: ['email'],
    });
    const delivery = async () => (await admin.get<Sent>(`/notifications/${sent.body.id}`)).body.deliveries[0];
    await eventually(async () => expect((await delivery())?.attempts).toHaveLength(1));
    await set(user, { categories: { offers: { email: false } } });
    sink.behave('accept');
    await eventually(
      async () => {
        expect(await delivery()).toMatchObject({
          state: 'suppressed',
          reason: 'the recipient has turned off "offers"',
        });
      },
      { timeoutMs: 30_000 },
    );
    expect(await mailsTo(user, 1)).toHaveLength(1);
  }, 60_000);

  it('turn off a channel, except for categories with a choice of their own', async () => {
    const user = await verified();
    await set(user, { channels: { email: false, inbox: false }, categories: { offers: { email: true } } });
    expect(await outcomes(user, 'offer')).toEqual({ email: 'queued', inbox: 'suppressed' });
    expect(await outcomes(user, 'reminder')).toEqual({ email: 'suppressed', inbox: 'suppressed' });
    expect((await user.api.get('/users/me/notifications')).body).toMatchObject({ items: [] });
  });

  it("can't turn off what protects the account", async () => {
    const user = await verified();
    await set(user, { channels: { email: false, inbox: false } });
    expect(await outcomes(user, 'alarm')).toEqual({ email: 'queued', inbox: 'sent' });
    await api.post('/auth/password/forgot', { email: user.email });
    const mails = await mailsTo(user, 3);
    expect(mails.map(({ subject }) => subject)).toContain('News');
    expect(mails.filter(({ raw }) => raw.includes('List-Unsubscribe'))).toEqual([]);
    const refused = await set(user, { categories: { security: { email: false } } });
    expectProblem(refused, 400, 'invalid-input');
    expect(refused.body).toMatchObject({
      errors: [{ pointer: '/categories/security', code: 'not-a-choice' }],
    });
  });

  it.each([
    ['/channels/fax', { channels: { fax: false } }],
    ['/channels/email', { channels: { email: 'no' } }],
    ['/channels', { channels: [] }],
    ['/categories/Offers', { categories: { Offers: { email: false } } }],
    ['/categories/offers', { categories: { offers: false } }],
    ['/categories/offers/email', { categories: { offers: { email: null } } }],
    [
      '/categories',
      { categories: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`c${i}`, {}])) },
    ],
    ['/quiet', { quiet: true }],
  ])('refuse %s', async (pointer, json) => {
    const user = await verified();
    const refused = await set(user, json);
    expectProblem(refused, 400, 'invalid-input');
    expect(refused.body).toMatchObject({ errors: [{ pointer }] });
  });
});

describe('an unsubscribe link', () => {
  it('turns off emails of its category with one click of a mail provider, and nothing else', async () => {
    const user = await verified();
    const path = await linkFor(user, 'offer');
    const answer = await oneClick(path);
    expect([answer.status, answer.headers.get('set-cookie'), answer.redirected]).toEqual([200, null, false]);
    expect(await outcomes(user, 'offer')).toEqual({ email: 'suppressed', inbox: 'sent' });
    expect(await outcomes(user, 'reminder')).toEqual({ email: 'queued', inbox: 'sent' });
    expect((await oneClick(path)).status).toBe(200);
  });

  it.each([
    ['form data, as they should', () => formOf('List-Unsubscribe', 'One-Click')],
    ['text', () => 'List-Unsubscribe=One-Click'],
    ['nothing', () => null],
  ])('takes %s', async (_, body) => {
    const user = await verified();
    const path = await linkFor(user, 'offer');
    expect((await fetch(`${api.url}${path}`, { method: 'POST', body: body() })).status).toBe(200);
    expect(await outcomes(user, 'offer')).toEqual({ email: 'suppressed', inbox: 'sent' });
  });

  it('counts even if the user wants no emails at the moment, and is not undone by an outdated page', async () => {
    const user = await verified();
    const path = await linkFor(user, 'offer');
    await set(user, { channels: { email: false } });
    const page = await user.api.get(PREFERENCES);
    expect((await oneClick(path)).status).toBe(200);
    const headers = { 'if-match': page.headers.get('etag') ?? '' };
    const json = page.body as object;
    expectProblem(await user.api.send('PUT', PREFERENCES, { json, headers }), 412, 'precondition-failed');
    const { body, headers: current } = await user.api.get<{ categories: object }>(PREFERENCES);
    const next = {
      json: { categories: body.categories },
      headers: { 'if-match': current.get('etag') ?? '' },
    };
    expect((await user.api.send('PUT', PREFERENCES, next)).status).toBe(200);
    expect(await outcomes(user, 'offer')).toEqual({ email: 'suppressed', inbox: 'sent' });
  });

  it('keeps what else the user has chosen', async () => {
    const user = await verified();
    const digest = { at: '08:00' };
    // Not now, so that the email with the link isn't held.
    const [start, end] = [2, 3].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
    const quietHours = { start: start?.slice(11, 16), end: end?.slice(11, 16) };
    await set(user, {
      channels: { inbox: false },
      categories: { offers: { inbox: true }, general: { digest } },
      quietHours,
    });
    await oneClick(await linkFor(user, 'offer'));
    expect((await user.api.get(PREFERENCES)).body).toEqual({
      channels: { email: true, inbox: false, sms: true, push: true },
      categories: {
        general: { email: true, inbox: false, sms: true, push: true, digest },
        offers: { email: false, inbox: true, sms: true, push: true },
      },
      quietHours,
      digest: null,
    });
  });

  it('shows a page with a button, and changes nothing when it is opened', async () => {
    const user = await verified();
    const path = await linkFor(user, 'offer');
    // Twice, since what the first request does might still be on its way.
    await api.under('').get(path);
    const page = await fetch(`${api.url}${path}`, { headers: { 'accept-language': 'de' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect(await page.text()).toMatch(/<html lang="de">[^]*offers[^]*<form method="post">[^]*Abbestellen/);
    expect(await outcomes(user, 'offer')).toEqual({ email: 'queued', inbox: 'sent' });
  });

  it.each(['nothing', 'v1.a.b', `v1.${'a'.repeat(200)}`])('must be one of ours: %s', async (token) => {
    const path = `/unsubscribe/${token}`;
    const unversioned: ApiClient = api.under('');
    expectProblem(await unversioned.get(path), 404, INVALID_LINK);
    expectProblem(await unversioned.send('POST', path), 404, INVALID_LINK);
  });

  it('stores nothing of a deleted user', async () => {
    const user = await verified();
    const path = await linkFor(user, 'offer');
    await admin.delete(`/users/${idOf(user)}`);
    await eventually(
      async () => {
        const erased = 'select from notifications.erased_users where user_id = $1';
        expect(await query(database.url, erased, [idOf(user)])).toHaveLength(1);
      },
      { timeoutMs: 30_000 },
    );
    expect((await oneClick(path)).status).toBe(200);
    const stored = 'select from notifications.preferences where user_id = $1';
    expect(await query(database.url, stored, [idOf(user)])).toEqual([]);
  });
});
