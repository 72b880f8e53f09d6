import { expect } from '@jest/globals';
import type { UsedApiApp } from './api-app.js';
import type { ApiClient } from './client.js';
import { sentBack } from './cookies.js';
import { type NewUser, type SignedUp, signIn } from './factories.js';
import { mailsInOutbox } from './mail-outbox.js';
import { signUpVerified } from './verified-user.js';

/** The address of an application with these settings is what `X-Forwarded-For` says. */
export const BEHIND_A_PROXY = { TRUSTED_PROXIES: '127.0.0.0/8' };
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
export const HOME = { 'user-agent': FIREFOX, 'x-forwarded-for': '198.51.100.1' };
export const ABROAD = { 'user-agent': 'curl/8.5.0', 'x-forwarded-for': '203.0.113.7' };

/** Someone whose address is verified and who has signed in at home, and nowhere else. */
export function aUserAtHome(app: UsedApiApp, given: Partial<NewUser> = {}): Promise<SignedUp> {
  return signUpVerified(app, given, app.api.with(HOME));
}

/** The mails about sign-ins on new devices, oldest first. */
export async function noticesTo(app: UsedApiApp, userId: string) {
  const mails = await mailsInOutbox(app, app.database.url, userId);
  return mails.filter(({ template }) => template === 'new-sign-in');
}

/** How many mails each of these sign-ins causes. */
export async function noticesOf(
  app: UsedApiApp,
  user: SignedUp,
  clients: readonly ApiClient[],
): Promise<number[]> {
  const counts: number[] = [];
  for (const client of clients) {
    const before = (await noticesTo(app, user.session.user.id)).length;
    await signIn(client, user);
    counts.push((await noticesTo(app, user.session.user.id)).length - before);
    app.clock.advance({ ms: 1 });
  }
  return counts;
}

/** Signs in as a browser does. @returns the cookie that it keeps */
export async function cookieOfSignIn(client: ApiClient, user: NewUser): Promise<string> {
  const answer = await client.with({ 'sec-fetch-site': 'same-origin' }).login(user);
  expect(answer.status).toBe(200);
  return sentBack(answer);
}
