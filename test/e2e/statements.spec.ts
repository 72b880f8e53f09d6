import { beforeAll, describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import type { ApiClient } from '../support/client.js';
import { sentBack } from '../support/cookies.js';
import { aUser, type SignedUp, signUp } from '../support/factories.js';
import { recordStatements } from '../support/recorded-statements.js';
import { useUser, WITH_ADMIN } from '../support/use-app.js';

const running = useApiApp(WITH_ADMIN);
const { admin, api } = running;
const user = useUser(api);
/** Keeps the cookie of a known device. */
let browser: ApiClient;
const sent = recordStatements();

beforeAll(async () => {
  await Promise.all([user.api.me(), admin.get('/users')]);
  const signedIn = await api.with({ 'sec-fetch-site': 'same-origin' }).login(user);
  browser = api.with({ cookie: sentBack(signedIn) });
});

/**
 * How many statements each operation may send to PostgreSQL, including BEGIN and COMMIT. If you have to raise a
 * number, explain why in the commit.
 */
describe('the number of SQL statements', () => {
  it.each<[string, number, () => Promise<{ status: number }>]>([
    // One of them asks, after the address is taken, whether someone else may get it back.
    ['register', 12, () => api.register(aUser())],
    ['register a taken address', 1, () => api.register(user)],
    ['login', 3, () => api.login(user)],
    ['login in a browser that keeps cookies', 3, () => browser.login(user)],
    ['login on a new device', 7, () => api.with({ 'user-agent': 'new' }).login(user)],
    ['login with a wrong password', 2, () => api.login({ ...user, password: 'wrong' })],
    ['login with an unknown address', 2, () => api.login(aUser())],
    ['refresh', 5, () => refreshOnce()],
    ['refresh with a forged token', 3, () => api.refresh('A'.repeat(70))],
    ['get the profile again', 0, () => user.api.me()],
    ['get the profile for the first time', 2, () => fresh.api.me()],
    ['list users by cursor', 1, () => admin.get('/users')],
    // One of them looks for the name next to the position, and one among all names.
    ['list users by cursor with a total', 4, () => admin.get('/users?total=true&q=a')],
    ['list users by page', 2, () => admin.under('/v1').get('/users')],
    ['list sessions', 1, () => user.api.get('/auth/sessions')],
    ['update the profile', 6, () => user.api.patch('/users/me', { displayName: 'Ada' })],
    ['update the profile without a change', 6, () => user.api.patch('/users/me', {})],
    ['request the link again', 8, () => api.post('/auth/email/resend', { email: user.email })],
    [
      'request a link for an unknown address',
      6,
      () => api.post('/auth/email/resend', { email: aUser().email }),
    ],
    ['follow an invalid link', 1, () => api.verify('no token')],
    ['sign out', 4, () => fresh.api.post('/auth/logout')],
    ['request without a token', 0, () => api.get('/users/me')],
    ['liveness probe', 0, () => api.under('').get('/health/live')],
  ])('of "%s" is at most %i', async (_, budget, operation) => {
    fresh ??= await signUp(api);
    sent.length = 0;
    const { status } = await operation();
    expect(status).toBeLessThan(500);
    const statements = sent.map(({ text }) => text);
    expect(statements.length > budget ? statements : []).toEqual([]);
  });

  it('does not depend on how many users a list shows', async () => {
    await Promise.all(Array.from({ length: 10 }, () => signUp(api)));
    sent.length = 0;
    await admin.get('/users?limit=100');
    expect(sent).toHaveLength(1);
  });

  it('is counted correctly', async () => {
    sent.length = 0;
    await api.register(aUser());
    const verbs = sent.map(({ text }) => text.trim().split(/\s/)[0]?.toLowerCase());
    expect(verbs.at(0)).toBe('select');
    expect(verbs).toContain('start');
    expect(verbs.at(-1)).toBe('commit');
  });
});

/** Not in any cache yet. */
let fresh: SignedUp;

async function refreshOnce() {
  return api.refresh(user.session.refreshToken);
}
