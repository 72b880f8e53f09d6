import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { Connections } from '#libs/database';
import { OneTimeCodesPurge } from '../../src/accounts/auth/one-time-codes/one-time-codes.purge.js';
import { useApiApp } from '../support/api-app.js';
import { wrongCode } from '../support/authenticator.js';
import type { ApiClient, ProblemBody, SessionBody } from '../support/client.js';
import { aUser, type NewUser, type SignedUp, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox, userIdOf } from '../support/mail-outbox.js';
import { ABROAD, BEHIND_A_PROXY, HOME } from '../support/new-sign-ins.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { sentBack } from '../support/cookies.js';
import { signUpVerified } from '../support/verified-user.js';

const APP_URL = 'https://app.acme.test';
const running = useApiApp({ APP_URL, ...BEHIND_A_PROXY });
/** The same deployment with `REGISTRATION=verify-first`. */
const unseen = useApiApp({ REGISTRATION: 'verify-first', APP_URL }, running);
const { api, clock, database } = running;

interface Code {
  readonly code: string;
  readonly token: string;
  /** The browser that asked. */
  readonly browser: ApiClient;
}

async function ask(email: string, from = api): Promise<ApiClient> {
  const answer = await from.post('/auth/otp', { email });
  expect([answer.status, answer.body]).toEqual([202, { status: 'accepted' }]);
  return from.with({ cookie: sentBack(answer) });
}

async function mailsTo({ email }: Pick<NewUser, 'email'>) {
  const mails = await mailsInOutbox(running, database.url, await userIdOf(running, { email }));
  return mails.filter(({ template }) => template === 'sign-in-code');
}

async function codeFor(user: Pick<NewUser, 'email'>, from = api): Promise<Code> {
  const browser = await ask(user.email, from);
  const mail = (await mailsTo(user)).at(-1);
  return { browser, code: mail?.data['code'] ?? '', token: linkTokenOf(mail) };
}

const verify = (body: object, from = api) => from.post<SessionBody & ProblemBody>('/auth/otp/verify', body);

async function replacePassword({ api: own, email, password: currentPassword }: SignedUp, way: string) {
  const password = 'four quiet herons';
  if (way === 'change') {
    return own.post('/auth/password/change', { currentPassword, newPassword: password });
  }
  await api.post('/auth/password/forgot', { email });
  const mails = await mailsInOutbox(running, database.url, await userIdOf(running, { email }));
  const token = linkTokenOf(mails.find(({ template }) => template === 'reset-password'));
  return api.post('/auth/password/reset', { token, password });
}

describe('a one-time code', () => {
  it('signs in without a password, and says so', async () => {
    const user = await signUpVerified(running);
    const { code, token } = await codeFor({ email: user.email.toUpperCase() });
    const [mail] = await mailsTo(user);
    expect(code).toMatch(/^\d{6}$/);
    expect(mail?.data['link']).toBe(`${APP_URL}/sign-in?token=${token}`);
    expect(mail?.expiresAt).toBe(new Date(clock.millis() + 600_000).toISOString());
    const { status, body } = await verify({ email: user.email.toUpperCase(), code });
    expect([status, body.user]).toMatchObject([200, { id: user.session.user.id, emailVerified: true }]);
    expect(decodeJwt(body.accessToken)['amr']).toEqual(['otp']);
    expect((await api.as(body).me()).status).toBe(200);
    // Nothing else changes for an address that was verified before.
    expect((await user.api.me()).status).toBe(200);
    expect((await api.login(user)).status).toBe(200);
  });

  it('works once, even when it is sent many times at once', async () => {
    const user = await signUpVerified(running);
    const { code, token, browser } = await codeFor(user);
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => verify({ email: user.email, code })),
      ...Array.from({ length: 4 }, () => verify({ token }, browser)),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expectProblem(await verify({ email: user.email, code }), 401, 'invalid-code');
    expectProblem(await verify({ token }, browser), 400, 'invalid-token');
  });

  it('can be tried five times', async () => {
    const user = await signUpVerified(running);
    const { code } = await codeFor(user);
    const guesses = [1, 2, 3, 4, 5].map((by) => verify({ email: user.email, code: wrongCode(code, by) }));
    for (const answer of await Promise.all(guesses)) {
      expectProblem(answer, 401, 'invalid-code');
    }
    expectProblem(await verify({ email: user.email, code }), 401, 'invalid-code');
    // A new one starts again.
    clock.advance({ minutes: 1 });
    const next = await codeFor(user);
    for (const by of [1, 2, 3, 4]) {
      expectProblem(await verify({ email: user.email, code: wrongCode(next.code, by) }), 401, 'invalid-code');
    }
    expect((await verify({ email: user.email, code: next.code })).status).toBe(200);
  });

  it('cannot be used up by someone else than who requested it', async () => {
    const user = await signUpVerified(running);
    const { code, browser } = await codeFor(user);
    for (const by of [1, 2, 3, 4, 5, 6]) {
      expectProblem(await verify({ email: user.email, code: wrongCode(code, by) }), 401, 'invalid-code');
    }
    for (const by of [1, 2, 3, 4]) {
      expectProblem(
        await verify({ email: user.email, code: wrongCode(code, by) }, browser),
        401,
        'invalid-code',
      );
    }
    expect((await verify({ email: user.email, code }, browser)).status).toBe(200);
    clock.advance({ minutes: 1 });
    const next = await codeFor(user);
    for (const by of [1, 2, 3, 4, 5]) {
      await verify({ email: user.email, code: wrongCode(next.code, by) }, next.browser);
    }
    expectProblem(await verify({ email: user.email, code: next.code }, next.browser), 401, 'invalid-code');
  });

  it('can still be tried on a device of its owner, whoever has requested it', async () => {
    const user = await signUpVerified(running);
    const known = api.with({ cookie: sentBack(await api.with({ origin: APP_URL }).login(user)) });
    clock.advance({ minutes: 1 });
    await ask(user.email);
    // Within the minute, the owner gets no mail of their own.
    const { code } = await codeFor(user);
    for (const by of [1, 2, 3, 4, 5]) {
      await verify({ email: user.email, code: wrongCode(code, by) });
    }
    expectProblem(await verify({ email: user.email, code }), 401, 'invalid-code');
    expect((await verify({ email: user.email, code }, known)).status).toBe(200);
  });

  it.each(['anyone', 'the browser that requested it', 'a device of its owner'])(
    'that %s has tried too often is followed by one that can be tried again',
    async (who) => {
      const user = await signUpVerified(running);
      const known = api.with({ cookie: sentBack(await api.with({ origin: APP_URL }).login(user)) });
      const from = ({ browser }: Code): ApiClient =>
        who === 'anyone' ? api : who === 'a device of its owner' ? known : browser;
      const last = await codeFor(user);
      for (const by of [1, 2, 3, 4, 5]) {
        await verify({ email: user.email, code: wrongCode(last.code, by) }, from(last));
      }
      expectProblem(await verify({ email: user.email, code: last.code }, from(last)), 401, 'invalid-code');
      clock.advance({ minutes: 1 });
      const next = await codeFor(user);
      expect((await verify({ email: user.email, code: next.code }, from(next))).status).toBe(200);
    },
  );

  it('is replaced by the next one, which is sent a minute later at the earliest', async () => {
    const user = await signUpVerified(running);
    const first = await codeFor(user);
    clock.advance({ seconds: 59 });
    await Promise.all([ask(user.email), ask(user.email)]);
    expect(await mailsTo(user)).toHaveLength(1);
    clock.advance({ seconds: 1 });
    const second = await codeFor(user);
    expect(await mailsTo(user)).toHaveLength(2);
    expect(second.token).not.toBe(first.token);
    expectProblem(await verify({ token: first.token }, first.browser), 400, 'invalid-token');
    if (first.code !== second.code) {
      expectProblem(await verify({ email: user.email, code: first.code }), 401, 'invalid-code');
    }
    expect((await verify({ email: user.email, code: second.code })).status).toBe(200);
    // After a sign-in, nobody has to wait.
    await ask(user.email);
    expect(await mailsTo(user)).toHaveLength(3);
  });

  it('is valid for ten minutes, and then goes', async () => {
    const user = await signUpVerified(running);
    const { code, token, browser } = await codeFor(user);
    clock.advance({ minutes: 9, seconds: 59 });
    expectProblem(await verify({ email: user.email, code: wrongCode(code) }), 401, 'invalid-code');
    const other = await signUpVerified(running);
    const fresh = await codeFor(other);
    clock.advance({ seconds: 1 });
    expectProblem(await verify({ email: user.email, code }), 401, 'invalid-code');
    expectProblem(await verify({ token }, browser), 400, 'invalid-token');
    clock.advance({ ms: 1 });
    const accounts = running.app.get(Connections).database('accounts');
    await new OneTimeCodesPurge(accounts, clock).purge(new AbortController().signal);
    const rows = 'select 1 from accounts.one_time_codes where user_id = $1';
    expect(await query(database.url, rows, [user.session.user.id])).toEqual([]);
    expect((await verify({ email: other.email, code: fresh.code })).status).toBe(200);
  });

  it.each(['change', 'reset'])('is void once the password was replaced by a %s', async (way) => {
    const user = await signUpVerified(running);
    const { code, token, browser } = await codeFor(user);
    expect((await replacePassword(user, way)).status).toBe(204);
    expectProblem(await verify({ email: user.email, code }, browser), 401, 'invalid-code');
    expectProblem(await verify({ token }, browser), 400, 'invalid-token');
    clock.advance({ ms: 1 });
    const next = await codeFor(user);
    expect((await verify({ email: user.email, code: next.code })).status).toBe(200);
  });

  it('is stored so that six digits cannot be guessed from it', async () => {
    const user = await signUpVerified(running);
    const { code, token } = await codeFor(user);
    const [row] = await query<Record<string, unknown>>(
      database.url,
      'select * from accounts.one_time_codes where user_id = $1',
      [user.session.user.id],
    );
    const stored = JSON.stringify(row);
    const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
    const tokenHash = hash(token);
    for (const revealing of [code, token, hash(code), hash(`${tokenHash}.${code}`)]) {
      expect(stored).not.toContain(revealing);
    }
  });

  it.each([
    {},
    { email: 'ada@acme.test' },
    { code: '123456' },
    { email: 'ada@acme.test', token: 'abc' },
    { email: 'ada@acme.test', code: '123456', token: 'abc' },
    { email: 'ada@acme.test', code: '12345' },
    { email: 'ada@acme.test', code: 123456 },
    { token: '' },
  ])('needs an address with a code, or a token: %j', async (body) => {
    const { errors } = expectProblem(await verify(body), 400, 'invalid-input');
    expect(errors).toHaveLength(1);
  });
});

describe('a link to sign in', () => {
  it('works in the browser that requested it, for each of its requests', async () => {
    const user = await signUpVerified(running);
    const first = await codeFor(user);
    const other = await signUpVerified(running);
    const second = await codeFor(other, first.browser);
    for (const { token } of [first, second]) {
      expect((await verify({ token }, second.browser)).status).toBe(200);
    }
  });

  it('works in the browser that requested it last, not in the one that requested the link before', async () => {
    const user = await signUpVerified(running);
    const first = await codeFor(user);
    clock.advance({ minutes: 1 });
    const { token, browser } = await codeFor(user);
    expectProblem(await verify({ token }, first.browser), 401, 'code-required');
    expect((await verify({ token }, browser)).status).toBe(200);
  });

  it('elsewhere says where it was requested, and needs the code', async () => {
    const user = await signUpVerified(running);
    const requestedAt = clock.now().toISOString();
    const { code, token } = await codeFor(user, api.with({ 'user-agent': 'Firefox/150 \u00e9' }));
    clock.advance({ seconds: 30 });
    const stranger = await ask(aUser().email);
    for (const elsewhere of [api, stranger]) {
      const problem = expectProblem(await verify({ token }, elsewhere), 401, 'code-required');
      expect(problem).toMatchObject({ requestedAt, ipAddress: '127.0.0.1', userAgent: 'Firefox/150 ?' });
    }
    expectProblem(await verify({ token, code: wrongCode(code) }), 401, 'invalid-code');
    expect((await verify({ token, code })).status).toBe(200);
  });

  it('says where it was requested itself, not the one that it replaces', async () => {
    const user = await signUpVerified(running);
    await codeFor(user, api.with(HOME));
    clock.advance({ minutes: 1 });
    const { token } = await codeFor(user, api.with(ABROAD));
    const problem = expectProblem(await verify({ token }), 401, 'code-required');
    const requestedAt = clock.now().toISOString();
    expect(problem).toMatchObject({ requestedAt, ipAddress: '203.0.113.7', userAgent: 'curl/8.5.0' });
  });

  it.each(['', 'short', 'x'.repeat(44)])(
    'is not for every browser if it was requested with the cookie %j',
    async (made) => {
      const user = await signUpVerified(running);
      const cookie = `__Host-gatehouse-otp=${made}`;
      const answer = await api.with({ cookie }).post('/auth/otp', { email: user.email });
      expect(sentBack(answer)).toMatch(/^__Host-gatehouse-otp=[\w-]{43}$/);
      const token = linkTokenOf((await mailsTo(user)).at(-1));
      for (const elsewhere of [api, api.with({ cookie })]) {
        expectProblem(await verify({ token }, elsewhere), 401, 'code-required');
      }
    },
  );

  it('does not sign in with the code of someone else', async () => {
    const [user, other] = [await signUpVerified(running), await signUpVerified(running)];
    const [{ token }, theirs] = [await codeFor(user), await codeFor(other)];
    if ((await codeFor(user)).code !== theirs.code) {
      expectProblem(await verify({ token, code: theirs.code }), 401, 'invalid-code');
    }
    expectProblem(await verify({ token: 'abc' }), 400, 'invalid-token');
    expectProblem(await verify({ token: 'abc', code: theirs.code }), 400, 'invalid-token');
  });

  it('keeps its browser in a cookie that scripts cannot read', async () => {
    const { headers } = await api.post('/auth/otp', { email: aUser().email });
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-gatehouse-otp=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
  });
});

describe('a one-time code for an address that was never verified', () => {
  it('gives the account to whoever reads the mail', async () => {
    const squatter = await signUp(api);
    // The profile is cached now.
    expect((await squatter.api.me()).body.emailVerified).toBe(false);
    const { code } = await codeFor(squatter);
    const { body } = await verify({ email: squatter.email, code });
    expect(body.user).toMatchObject({ id: squatter.session.user.id, emailVerified: true });
    expectProblem(await api.login(squatter), 401, 'invalid-credentials');
    expectProblem(await squatter.api.me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(squatter.session.refreshToken), 401, 'invalid-refresh-token');
    expect((await api.as(body).me()).body.emailVerified).toBe(true);
  });

  it('still works after whoever has registered it changes the password', async () => {
    const stranger = await signUp(api);
    const { code } = await codeFor(stranger);
    expect((await replacePassword(stranger, 'change')).status).toBe(204);
    expect((await verify({ email: stranger.email, code })).status).toBe(200);
  });

  it('settles registrations that wait for their confirmation', async () => {
    const user = aUser();
    await unseen.api.register(user);
    const { code } = await codeFor(user, unseen.api);
    expect((await verify({ email: user.email, code }, unseen.api)).status).toBe(200);
    expectProblem(await unseen.api.login(user), 401, 'email-not-verified');
    const rows = 'select 1 from accounts.pending_registrations where user_id = $1 and not decoy';
    expect(await query(database.url, rows, [await userIdOf(running, user)])).toEqual([]);
  });
});

describe('an address without an account', () => {
  it('gets the same responses as one with an account', async () => {
    const { email } = aUser();
    await ask(email);
    const unknown = expectProblem(await verify({ email, code: '123456' }), 401, 'invalid-code');
    const user = await signUpVerified(running);
    const known = expectProblem(await verify({ email: user.email, code: '123456' }), 401, 'invalid-code');
    expect(unknown.detail).toBe(known.detail);
  });

  it('is as good as the address of someone who is suspended', async () => {
    const user = await signUpVerified(running);
    const { code, token, browser } = await codeFor(user);
    const suspend = `update accounts.users set status = 'suspended' where id = $1`;
    await query(database.url, suspend, [user.session.user.id]);
    expectProblem(await verify({ token }, browser), 401, 'invalid-credentials');
    expectProblem(await verify({ email: user.email, code }), 401, 'invalid-credentials');
    clock.advance({ minutes: 1 });
    await ask(user.email);
    expect(await mailsTo(user)).toHaveLength(1);
  });
});

describe('guessing codes', () => {
  it('is limited to 100 in an hour for an address, but not on devices of its owner', async () => {
    const browser = api.with({ origin: APP_URL });
    const user = await signUpVerified(running);
    const known = browser.with({ cookie: sentBack(await browser.login(user)) });
    const guess = async (email: string) => {
      for (let round = 0; round < 10; round += 1) {
        clock.advance({ minutes: 1 });
        const { code } = email === user.email ? await codeFor(user) : { code: '123456' };
        await Promise.all(
          Array.from({ length: 10 }, (_, by) => verify({ email, code: wrongCode(code, by + 1) })),
        );
      }
    };
    const unknown = aUser().email;
    for (const email of [user.email, unknown]) {
      await guess(email);
      const { headers } = await verify({ email, code: '123456' });
      expectProblem(await verify({ email, code: '123456' }), 429, 'too-many-attempts');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    clock.advance({ minutes: 1 });
    const { code, token, browser: asking } = await codeFor(user);
    expectProblem(await verify({ email: user.email, code }), 429, 'too-many-attempts');
    expect((await verify({ email: user.email, code }, known)).status).toBe(200);
    // Nobody guesses a link, and a password is something else.
    expectProblem(await verify({ token }, asking), 400, 'invalid-token');
    expect((await api.login(user)).status).toBe(200);
  });
});
