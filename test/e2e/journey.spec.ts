import { describe, expect, it } from '@jest/globals';
import { aUser, signUp, tokenIn } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import type { ReceivedMail } from '../support/received-mail.js';
import { eventually } from '../support/servers.js';
import { query, rowCounts } from '../support/stored.js';
import { useApp } from '../support/use-app.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

const { api, database, sink } = useApp('all');

describe.each(['/v1', '/v2'])('from registration to sign-out under %s', (prefix) => {
  it('works end to end', async () => {
    const client = api.under(prefix);
    const user = aUser({ displayName: 'Ada', locale: 'de-AT', timezone: 'Europe/Vienna' });

    const registered = await client.register(user);
    expect(registered.status).toBe(201);
    expect(registered.body).toEqual({
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      tokenType: 'Bearer',
      expiresIn: 600,
      refreshToken: expect.stringMatching(/^[\w-]{43,}$/),
      user: {
        id: expect.stringMatching(UUID_V7),
        email: user.email,
        emailVerified: false,
        displayName: 'Ada',
        locale: 'de-AT',
        timezone: 'Europe/Vienna',
        avatarUrl: null,
        signInNotifications: true,
        roles: ['user'],
        status: 'active',
        metadata: {},
        appMetadata: {},
        createdAt: expect.stringMatching(UTC),
        updatedAt: expect.stringMatching(UTC),
      },
    });

    const mail = await mailTo(user.email);
    expect(mail.subject).toBe('Bestätigen Sie Ihre E-Mail-Adresse');
    const link = new URL(/https?:\S+\/verify-email\?token=\S+/.exec(mail.text)?.[0] ?? '');
    expect(mail.html).toContain(link.href);
    expect(mail.html).toContain('lang="de"');
    expect(mail.messageId).toMatch(/^<\S+@\S+>$/);

    // Mail scanners follow links, so opening the page must not verify the address.
    const page = await api.under('').get<string>(`${link.pathname}${link.search}`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body).not.toContain(tokenIn(mail));
    expect((await client.as(registered.body).me()).body.emailVerified).toBe(false);

    const verified = await client.verify(tokenIn(mail));
    expect([verified.status, verified.body]).toEqual([204, undefined]);
    expect((await client.as(registered.body).me()).body.emailVerified).toBe(true);
    // A second click, or a retry of a lost response.
    expect((await client.verify(tokenIn(mail))).status).toBe(204);

    const signedIn = await client.login({ ...user, email: user.email.toUpperCase() });
    expect(signedIn.status).toBe(200);
    expect(signedIn.body.user).toMatchObject({ email: user.email, emailVerified: true });
    const me = client.as(signedIn.body);
    expect((await me.me()).body).toEqual(signedIn.body.user);

    const signedOut = await me.post('/auth/logout');
    expect([signedOut.status, signedOut.body]).toEqual([204, undefined]);
    const refused = await me.me();
    expectProblem(refused, 401, 'unauthenticated');
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer\b/);
    expectProblem(await client.refresh(signedIn.body.refreshToken), 401, 'invalid-refresh-token');
    expect((await client.as(registered.body).me()).status).toBe(200);
  });
});

describe('the verification mail', () => {
  it('is in English by default, with text and HTML alternatives', async () => {
    const { email } = await signUp(api, { locale: 'fr' });
    const mail = await mailTo(email);
    expect(mail.subject).toBe('Confirm your email address');
    expect(mail.header('content-type')).toMatch(/^multipart\/alternative/);
    expect(mail.text).not.toContain('<');
    expect(mail.html).toMatch(/^<!doctype html>/i);
    expect(mail.envelope.from).toBe('no-reply@localhost');
  });

  it.each([
    'Win https://evil.test <b>now</b> Bcc: eve@evil.test',
    '=?utf-8?Q?Win_at_evil=2Etest=2Fwin?=',
    'выигрыш.рф',
    'evil。test',
  ])('cannot be altered through the display name %j, in headers or links', async (displayName) => {
    const { email } = await signUp(api, { displayName });
    const mail = await mailTo(email);
    expect(mail.header('bcc')).toBe('');
    expect(mail.header('to')).toBe(email);
    expect(mail.envelope.to).toEqual([email]);
    expect(mail.raw).not.toContain('evil.test');
  });

  it('is not sent for a display name with a line break', async () => {
    const user = aUser({ displayName: 'Win https://evil.test <b>now</b>\r\nBcc: eve@evil.test' });
    expectProblem(await api.register(user), 400, 'invalid-input');
    expect(sink.mailsTo(user.email)).toEqual([]);
  });

  it('addresses people by a name made of joined characters', async () => {
    const { email } = await signUp(api, { displayName: '👩‍👩‍👧‍👦 علی‌رضا' });
    expect((await mailTo(email)).header('to')).toBe(`👩‍👩‍👧‍👦 علی‌رضا <${email}>`);
  });
});

describe('requesting another verification mail', () => {
  it('sends a new link that works', async () => {
    const { email, api: me } = await signUp(api);
    await mailTo(email);
    await aMinutePasses();
    expect((await api.post('/auth/email/resend', { email: email.toUpperCase() })).status).toBe(202);
    const second = await eventually(() => {
      const [, mail] = sink.mailsTo(email);
      expect(mail).toBeDefined();
      return mail;
    });
    expect((await api.verify(tokenIn(second))).status).toBe(204);
    expect((await me.me()).body.emailVerified).toBe(true);
  });

  it('returns the same response for unknown and verified addresses, and sends nothing', async () => {
    const user = await signUp(api);
    await api.verify(tokenIn(await mailTo(user.email)));
    const before = await rowCounts(database.url);
    const answers = await Promise.all(
      [user.email, aUser().email].map((email) => api.post('/auth/email/resend', { email })),
    );
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [202, { status: 'accepted' }],
      [202, { status: 'accepted' }],
    ]);
    const after = await rowCounts(database.url);
    for (const table of ['accounts.email_verifications', 'notifications.deliveries']) {
      expect([table, after[table]]).toEqual([table, before[table]]);
    }
  });

  it('takes the same minimum time whether or not there is anything to do', async () => {
    const { email } = await signUp(api);
    await aMinutePasses();
    for (const address of [email, aUser().email]) {
      const startedAt = performance.now();
      await api.post('/auth/email/resend', { email: address });
      // A timer can fire a fraction of a millisecond early.
      expect(performance.now() - startedAt).toBeGreaterThan(49);
    }
  });

  it('leaves every live link of a verified address working', async () => {
    const { email } = await signUp(api);
    const first = await mailTo(email);
    await aMinutePasses();
    await api.post('/auth/email/resend', { email });
    const second = await eventually(() => {
      const [, mail] = sink.mailsTo(email);
      expect(mail).toBeDefined();
      return mail;
    });
    expect((await api.verify(tokenIn(first))).status).toBe(204);
    expect((await api.verify(tokenIn(second))).status).toBe(204);
  });

  it('gives concurrent clicks the same answer', async () => {
    const { email } = await signUp(api);
    const token = tokenIn(await mailTo(email));
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.verify(token)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
  });
});

/** Mails to one account are a minute apart. */
async function aMinutePasses(): Promise<void> {
  await query(database.url, `update accounts.users set mailed_at = mailed_at - interval '1 minute'`);
}

function mailTo(address: string): Promise<ReceivedMail> {
  return eventually(() => {
    const [mail] = sink.mailsTo(address);
    if (!mail) {
      throw new Error('no mail has arrived');
    }
    return mail;
  });
}
