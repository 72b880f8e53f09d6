import { describe, expect, it } from '@jest/globals';
import { Connections } from '#libs/database';
import { PasswordResetsPurge } from '../../src/accounts/auth/password-reset/password-resets.purge.js';
import { useApiApp } from '../support/api-app.js';
import { beforeStatement } from '../support/before-statement.js';
import { aUser, type NewUser, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox, userIdOf } from '../support/mail-outbox.js';
import { sentBack } from '../support/cookies.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { hashings, pendingOf, registerProven } from '../support/verify-first.js';

const APP_URL = 'https://app.acme.test';
const NEW = 'four quiet herons';

const immediate = useApiApp({ APP_URL });
/** The same deployment with `REGISTRATION=verify-first`. */
const unseen = useApiApp({ REGISTRATION: 'verify-first', APP_URL }, immediate);
const { api, clock, database } = immediate;

const forgot = async (email: string) => {
  const { status, body } = await api.post('/auth/password/forgot', { email });
  expect([status, body]).toEqual([202, { status: 'accepted' }]);
};
const reset = (token: string, password = NEW) => api.post('/auth/password/reset', { token, password });

async function mailsTo({ email }: NewUser, template?: string) {
  const mails = await mailsInOutbox(immediate, database.url, await userIdOf(immediate, { email }));
  return template === undefined ? mails : mails.filter((mail) => mail.template === template);
}

/** Requests a link. @returns its token */
async function linkFor(user: NewUser): Promise<string> {
  await forgot(user.email);
  return linkTokenOf((await mailsTo(user, 'reset-password')).at(-1));
}

describe('the browser that sets a new password', () => {
  it('is a device of the owner, whom nobody keeps out with wrong passwords', async () => {
    const browser = api.with({ origin: APP_URL });
    const user = await signUp(browser);
    await browser.login(user);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 10 }, () => api.login({ ...user, password: 'a guess of mine' })),
      );
    }
    clock.advance({ minutes: 1 });
    await api.verify(linkTokenOf((await mailsTo(user, 'verify-email'))[0]));
    const answer = await browser.post('/auth/password/reset', { token: await linkFor(user), password: NEW });
    expect(answer.status).toBe(204);
    const login = { ...user, password: NEW };
    expectProblem(await api.login(login), 429, 'too-many-attempts');
    expect((await browser.with({ cookie: sentBack(answer) }).login(login)).status).toBe(200);
  });
});

describe('a link to reset a password', () => {
  it('sets a new one, signs out all devices, and lets the owner know', async () => {
    const user = await signUp(api);
    // Its profile is cached now.
    expect((await user.api.me()).body.emailVerified).toBe(false);
    const token = await linkFor({ ...user, email: user.email.toUpperCase() });
    const [mail] = await mailsTo(user, 'reset-password');
    expect(mail?.data['link']).toBe(`${APP_URL}/reset-password?token=${token}`);
    expect(token).toMatch(/^[\w-]{43}$/);

    const answer = await reset(token);
    expect([answer.status, answer.body]).toEqual([204, undefined]);
    expectProblem(await user.api.me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(user.session.refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await api.login(user), 401, 'invalid-credentials');
    const { body } = await api.login({ ...user, password: NEW });
    expect(body.user).toMatchObject({ id: user.session.user.id, emailVerified: true });
    expect((await api.as(body).me()).body.emailVerified).toBe(true);
    const changed = await mailsTo(user, 'password-changed');
    const expiresAt = new Date(clock.millis() + 7 * 24 * 60 * 60 * 1000).toISOString();
    const link = expect.stringMatching(/^https:\/\/app\.acme\.test\/undo-change\?token=[\w-]{43}$/);
    expect(changed).toMatchObject([{ data: { link }, expiresAt }]);
  });

  it('works once, but its answer may be lost', async () => {
    const user = await signUp(api);
    const token = await linkFor(user);
    expect((await reset(token)).status).toBe(204);
    const { body: session } = await api.login({ ...user, password: NEW });
    expect((await reset(token)).status).toBe(204);
    expect((await api.as(session).me()).status).toBe(200);
    expect(await mailsTo(user, 'password-changed')).toHaveLength(1);
    expectProblem(await reset(token, 'another password'), 400, 'invalid-token');
    // It doesn't tell what the password has become since.
    clock.advance({ ms: 1 });
    const change = { currentPassword: NEW, newPassword: 'nine patient newts' };
    expect((await api.as(session).post('/auth/password/change', change)).status).toBe(204);
    for (const password of [NEW, 'nine patient newts']) {
      expectProblem(await reset(token, password), 400, 'invalid-token');
    }
  });

  it('works once when many use it at the same time', async () => {
    const user = await signUp(api);
    const token = await linkFor(user);
    const passwords = Array.from({ length: 8 }, (_, n) => `four quiet herons ${n % 4}`);
    const answers = await Promise.all(passwords.map((password) => reset(token, password)));
    const accepted = passwords.filter((_, n) => answers[n]?.status === 204);
    expect(new Set(accepted).size).toBe(1);
    expect(accepted).toHaveLength(2);
    for (const { status, body } of answers.filter((answer) => answer.status !== 204)) {
      expect([status, body]).toEqual([400, expect.objectContaining({ code: 'invalid-token' })]);
    }
    expect((await api.login({ ...user, password: accepted[0] ?? '' })).status).toBe(200);
    expect(await mailsTo(user, 'password-changed')).toHaveLength(1);
  });

  it('is valid for 30 minutes, and then goes', async () => {
    const user = await signUp(api);
    const token = await linkFor(user);
    clock.advance({ minutes: 29, seconds: 59 });
    expectProblem(await reset(token, 'password'), 422, 'weak-password');
    for (const seconds of [1, 60]) {
      clock.advance({ seconds });
      expectProblem(await reset(token), 400, 'invalid-token');
    }
    expect((await api.login(user)).status).toBe(200);
    const accounts = immediate.app.get(Connections).database('accounts');
    await new PasswordResetsPurge(accounts, clock).purge(new AbortController().signal);
    const rows = 'select 1 from accounts.password_resets where user_id = $1';
    expect(await query(database.url, rows, [user.session.user.id])).toEqual([]);
  });

  it('is void once the password has changed, in whatever way', async () => {
    const user = await signUp(api);
    const first = await linkFor(user);
    clock.advance({ minutes: 1 });
    const second = await linkFor(user);
    clock.advance({ seconds: 1 });
    expect((await reset(first)).status).toBe(204);
    expectProblem(await reset(second, 'another password'), 400, 'invalid-token');

    clock.advance({ minutes: 1 });
    const third = await linkFor(user);
    clock.advance({ seconds: 1 });
    const { body: session } = await api.login({ ...user, password: NEW });
    const change = { currentPassword: NEW, newPassword: 'nine patient newts' };
    expect((await api.as(session).post('/auth/password/change', change)).status).toBe(204);
    expectProblem(await reset(third), 400, 'invalid-token');
  });

  it('stays usable after a password that is too weak', async () => {
    const user = await signUp(api);
    const token = await linkFor(user);
    for (const weak of ['password', user.email]) {
      const { errors } = expectProblem(await reset(token, weak), 422, 'weak-password');
      expect(errors).toEqual([
        { pointer: '/password', code: 'weak-password', message: 'must be harder to guess' },
      ]);
    }
    expect((await reset(token)).status).toBe(204);
  });

  it.each(['', 'x', 'A'.repeat(43), 'A'.repeat(513)])('must be one of ours: %j', async (token) => {
    expect((await reset(token)).status).toBe(400);
  });

  it('is stored as a hash', async () => {
    const user = await signUp(api);
    const token = await linkFor(user);
    const rows = await query(database.url, 'select * from accounts.password_resets where user_id = $1', [
      user.session.user.id,
    ]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

describe('a request for a link', () => {
  it('sends one mail a minute at most, however many ask at once', async () => {
    const user = await signUp(api);
    const sent = async () => (await mailsTo(user, 'reset-password')).length;
    await Promise.all(Array.from({ length: 8 }, () => forgot(user.email)));
    expect(await sent()).toBe(1);
    clock.advance({ seconds: 59 });
    await forgot(user.email);
    expect(await sent()).toBe(1);
    clock.advance({ seconds: 1 });
    await forgot(user.email);
    expect(await sent()).toBe(2);
  });

  it('sends another one at once if the last no longer works', async () => {
    const user = await signUp(api);
    expect((await reset(await linkFor(user))).status).toBe(204);
    clock.advance({ ms: 1 });
    const second = await linkFor(user);
    expect(await mailsTo(user, 'reset-password')).toHaveLength(2);
    const { body: session } = await api.login({ ...user, password: NEW });
    clock.advance({ ms: 1 });
    const change = { currentPassword: NEW, newPassword: 'nine patient newts' };
    expect((await api.as(session).post('/auth/password/change', change)).status).toBe(204);
    expectProblem(await reset(second), 400, 'invalid-token');
    clock.advance({ ms: 1 });
    expect((await reset(await linkFor(user))).status).toBe(204);
  });

  it('is not held up by other mails that anyone can request', async () => {
    const user = await signUp(api);
    clock.advance({ minutes: 1 });
    await api.post('/auth/email/resend', { email: user.email });
    await forgot(user.email);
    expect((await mailsTo(user)).map(({ template }) => template).sort()).toEqual([
      'reset-password',
      'verify-email',
      'verify-email',
    ]);
  });

  it('sends nothing to a suspended account', async () => {
    const user = await signUp(api);
    await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
      user.session.user.id,
    ]);
    await forgot(user.email);
    expect(await mailsTo(user, 'reset-password')).toEqual([]);
  });

  it('is answered the same for an unknown address, and must have one', async () => {
    await forgot(aUser().email);
    expectProblem(await api.post('/auth/password/forgot', { email: 'ada' }), 400, 'invalid-input');
    expectProblem(await api.post('/auth/password/forgot', {}), 400, 'invalid-input');
  });

  it('can be repeated with its idempotency key', async () => {
    const user = await signUp(api);
    const once = api.with({ 'idempotency-key': user.email });
    for (const replayed of [null, 'true']) {
      const { status, headers } = await once.post('/auth/password/forgot', { email: user.email });
      expect([status, headers.get('idempotency-replayed')]).toEqual([202, replayed]);
    }
  });
});

describe('on an address that was never verified, a reset', () => {
  it('takes the account from whoever registered it', async () => {
    const squatter = await signUp(api);
    const token = await linkFor(squatter);
    expect((await reset(token)).status).toBe(204);
    expectProblem(await squatter.api.me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(squatter.session.refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await api.login(squatter), 401, 'invalid-credentials');
    const { body } = await api.login({ ...squatter, password: NEW });
    expect(body.user).toMatchObject({ id: squatter.session.user.id, emailVerified: true });
  });

  it('works however often whoever registered it changes the password', async () => {
    const squatter = await signUp(api);
    const token = await linkFor(squatter);
    clock.advance({ ms: 1 });
    const change = { currentPassword: squatter.password, newPassword: 'nine patient newts' };
    expect((await squatter.api.post('/auth/password/change', change)).status).toBe(204);
    expect((await reset(token)).status).toBe(204);
    expectProblem(await squatter.api.me(), 401, 'unauthenticated');
  });

  it('starts no session for a sign-in of theirs that is under way', async () => {
    const squatter = await signUp(api);
    const token = await linkFor(squatter);
    await beforeStatement(/insert into accounts\.sessions/i, async () => {
      expect((await reset(token)).status).toBe(204);
    });
    expectProblem(await api.login(squatter), 401, 'invalid-credentials');
    const live = 'select 1 from accounts.sessions where user_id = $1 and ended_at is null';
    expect(await query(database.url, live, [squatter.session.user.id])).toEqual([]);
  });

  it('is the way out when strangers have used up its registrations', async () => {
    const owner = aUser();
    for (let attempt = 0; attempt < 11; attempt += 1) {
      await unseen.api.register({ ...aUser(), email: owner.email });
    }
    const id = await userIdOf(unseen, owner);
    expect(await pendingOf(database.url, id)).toBe(10);
    const token = await linkFor(owner);
    expect((await reset(token, owner.password)).status).toBe(204);
    expect((await unseen.api.login(owner)).status).toBe(200);
    const [verification] = await mailsTo(owner, 'verify-email');
    expectProblem(await unseen.api.verify(linkTokenOf(verification)), 400, 'invalid-token');
  });

  it('costs one hash, as on any other', async () => {
    const verified = aUser();
    await registerProven(unseen, database.url, verified);
    const never = await signUp(api);
    const costs: number[] = [];
    for (const user of [verified, never]) {
      const token = await linkFor(user);
      const before = await hashings(immediate);
      await reset(token);
      costs.push((await hashings(immediate)) - before);
    }
    expect(costs).toEqual([1, 1]);
  });
});
