import { describe, expect, it } from '@jest/globals';
import { parseSetCookie } from 'cookie';
import { Connections } from '#libs/database';
import { FailedAttemptsPurge } from '../../src/accounts/auth/attempts/failed-attempts.purge.js';
import { useApiApp } from '../support/api-app.js';
import type { Answer, ApiClient, ProblemBody } from '../support/client.js';
import { aUser, signIn, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';

const app = useApiApp();
/** Another replica. */
const replica = useApiApp({}, app);
const { api, database } = app;

function advance(step: Parameters<typeof app.clock.advance>[0]): void {
  [app, replica].forEach(({ clock }) => clock.advance(step));
}

/** Tries wrong passwords, eight at a time. @returns how many were checked, and how many refused */
async function guess(email: string, times: number, client: ApiClient = api): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  for (let round = 0; round < times; round += 8) {
    const answers = await Promise.all(
      Array.from({ length: Math.min(8, times - round) }, (_, n) =>
        (n % 2 === 0 ? client : client.at(replica.api.url)).login({
          email,
          password: `a guess of mine ${round + n}`,
        }),
      ),
    );
    answers.forEach(({ status }) => (statuses[status] = (statuses[status] ?? 0) + 1));
  }
  return statuses;
}

function deviceCookieOf({ headers }: Answer<unknown>): string {
  const cookies = headers.getSetCookie().map((cookie) => parseSetCookie(cookie));
  const { name, value, ...attributes } = cookies.find((cookie) => cookie.name.includes('device')) ?? {};
  expect(attributes).toEqual({
    httpOnly: true,
    secure: true,
    sameSite: 'strict',
    path: '/',
    maxAge: 400 * 24 * 60 * 60,
  });
  return `${name}=${value}`;
}

describe('after 100 wrong passwords in an hour, over all replicas', () => {
  it.each(['known', 'unknown'])(
    'no more are checked for an address that is %s, in any case',
    async (kind) => {
      const user = kind === 'known' ? await signUp(api) : aUser();
      expect(await guess(user.email, 104)).toEqual({ 401: 100, 429: 4 });
      const refused = await api.login({ ...user, email: user.email.toUpperCase() });
      expectProblem(refused, 429, 'too-many-attempts');
      const wait = Number(refused.headers.get('retry-after'));
      // The clocks of the two aren't exactly the same.
      expect(Math.abs(wait - 3600)).toBeLessThan(10);
      advance({ seconds: wait - 15 });
      expectProblem(await api.login(user), 429, 'too-many-attempts');
      advance({ seconds: 25 });
      expect((await api.login(user)).status).toBe(kind === 'known' ? 200 : 401);
    },
  );

  it('the next one is checked when the first of them is an hour ago, whatever others have tried', async () => {
    const [user, other] = [await signUp(api), await signUp(api)];
    await guess(other.email, 1);
    advance({ minutes: 30 });
    await guess(user.email, 100);
    const wait = Number((await api.login(user)).headers.get('retry-after'));
    expect(Math.abs(wait - 3600)).toBeLessThan(10);
  });

  it('a device that has signed in before is let in, and has a limit of its own', async () => {
    const user = aUser();
    const browser = api.with({ origin: 'https://app.acme.test' });
    const cookie = deviceCookieOf(await browser.register(user));
    const known = browser.with({ cookie });
    const other = await signUp(browser);
    await guess(user.email, 101);
    expectProblem(await browser.login(user), 429, 'too-many-attempts');
    expect((await known.login(user)).status).toBe(200);
    // Not on one where only someone else has.
    const foreign = deviceCookieOf(await browser.login(other));
    for (const made of [foreign, `${cookie}x`, cookie.replace('.', '..'), '__Host-gatehouse-device=']) {
      expectProblem(await browser.with({ cookie: made }).login(user), 429, 'too-many-attempts');
    }
    expect(await guess(user.email, 101, known)).toEqual({ 401: 100, 429: 1 });
  });

  it('other ways in stay open', async () => {
    const user = await signUp(api);
    await guess(user.email, 101);
    expect((await user.api.me()).status).toBe(200);
    expect((await api.refresh(user.session.refreshToken)).status).toBe(200);
    expect((await user.api.post('/auth/step-up', { password: user.password })).status).toBe(200);
    await api.post('/auth/password/forgot', { email: user.email });
    const mails = await mailsInOutbox(app, database.url, user.session.user.id);
    const token = linkTokenOf(mails.find(({ template }) => template === 'reset-password'));
    const reset = { token, password: 'four quiet herons' };
    expect((await api.post('/auth/password/reset', reset)).status).toBe(204);
  });

  it('others are not affected, and right passwords do not count', async () => {
    const user = await signUp(api);
    const other = await signUp(api);
    await guess(user.email, 99);
    for (let round = 0; round < 5; round += 1) {
      await signIn(api, user);
    }
    expect(await guess(user.email, 2)).toEqual({ 401: 1, 429: 1 });
    await signIn(api, other);
  });
});

describe('whoever has an access token', () => {
  it('can try 100 passwords with it, too', async () => {
    const user = await signUp(api);
    const tries = async (count: number, path: string, body: object) => {
      const answers: Answer<ProblemBody>[] = [];
      for (let n = 0; n < count; n += 1) {
        answers.push(await user.api.post(path, body));
      }
      return answers.map(({ status }) => status);
    };
    const change = { currentPassword: 'a guess of mine', newPassword: 'four quiet herons' };
    expect(new Set(await tries(60, '/auth/password/change', change))).toEqual(new Set([401]));
    const stepUps = await tries(42, '/auth/step-up', { password: 'a guess of mine' });
    expect(stepUps.slice(38)).toEqual([401, 401, 429, 429]);
    expectProblem(
      await user.api.post('/auth/password/change', { ...change, currentPassword: user.password }),
      429,
      'too-many-attempts',
    );
    // On other devices, the user is not held up.
    await signIn(api, user);
  });
});

describe('what is stored about wrong passwords', () => {
  const purge = () =>
    new FailedAttemptsPurge(app.app.get(Connections).database('accounts'), app.clock).purge(
      new AbortController().signal,
    );

  it('stays as long as the latest of them counts', async () => {
    const user = await signUp(api);
    await guess(user.email, 1);
    advance({ minutes: 50 });
    await guess(user.email, 99);
    advance({ minutes: 11 });
    await purge();
    expect(await guess(user.email, 2)).toEqual({ 401: 1, 429: 1 });
  });

  it('names no one, stays small, and goes', async () => {
    const user = await signUp(api);
    for (let hour = 0; hour < 3; hour += 1) {
      await guess(user.email, 5);
      advance({ minutes: 61 });
    }
    await guess(user.email, 1);
    const rows = () =>
      query<{ subject: string; attempts: string[] }>(database.url, 'select * from accounts.failed_attempts');
    expect(JSON.stringify(await rows())).not.toContain(user.email);
    expect((await rows()).map(({ attempts }) => attempts.length)).toContain(1);
    advance({ minutes: 61 });
    await purge();
    expect(await rows()).toEqual([]);
  });
});
