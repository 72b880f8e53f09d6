import { expect } from '@jest/globals';
import type pg from 'pg';
import { type Histogram, Registry } from 'prom-client';
import type { ApiApp } from './api-app.js';
import { sentBack } from './cookies.js';
import { aUser, type NewUser } from './factories.js';
import { linkTokenOf, mailsInOutbox, userIdOf } from './mail-outbox.js';
import { openTransaction, query } from './stored.js';

/** Two people who register the same address, each with a password of their own. */
export function rivals(): [NewUser, NewUser] {
  const { email } = aUser();
  return [
    { ...aUser(), email },
    { ...aUser(), email },
  ];
}

/** How many passwords have been hashed or verified. They are what takes time in a registration or a sign-in. */
export async function hashings({ app }: ApiApp): Promise<number> {
  const waits = app.get(Registry, { strict: false }).getSingleMetric('gatehouse_password_hash_wait_seconds');
  const { values } = await (waits as Histogram).get();
  return values.find(({ metricName }) => metricName?.endsWith('_count'))?.value ?? 0;
}

/** Registers a user and verifies the address. @returns the user's ID */
export async function registerProven(app: ApiApp, databaseUrl: string, user: NewUser): Promise<string> {
  await app.api.register(user);
  return prove(app, databaseUrl, user);
}

/** Verifies the address of a user who has registered. @returns the user's ID */
export async function prove(app: ApiApp, databaseUrl: string, user: NewUser): Promise<string> {
  const id = await userIdOf(app, user);
  const [mail] = await mailsInOutbox(app, databaseUrl, id);
  expect((await app.api.verify(linkTokenOf(mail), user.password)).status).toBe(204);
  return id;
}

/** Requests another link, which isn't from a registration. @returns its token */
export async function laterLink(app: ApiApp, databaseUrl: string, { email }: NewUser): Promise<string> {
  expect((await app.api.post('/auth/email/resend', { email })).status).toBe(202);
  const mails = await mailsInOutbox(app, databaseUrl, await userIdOf(app, { email }));
  return linkTokenOf(mails.at(-1));
}

/** Makes everyone who wants to change a user wait until the test commits. */
export async function lockUser(databaseUrl: string, id: string): Promise<pg.Client> {
  const client = await openTransaction(databaseUrl);
  await client.query('select 1 from accounts.users where id = $1 for update', [id]);
  return client;
}

/** How many registrations of the user's address wait to be confirmed. */
export async function pendingOf(databaseUrl: string, userId: string): Promise<number | undefined> {
  const [row] = await query<{ count: number }>(
    databaseUrl,
    'select count(*)::int as count from accounts.pending_registrations where user_id = $1',
    [userId],
  );
  return row?.count;
}

/** The cookie that a browser would send back after a registration. */
export function cookieOf({ headers }: { readonly headers: Headers }): string {
  const [cookie = ''] = headers.getSetCookie();
  expect(cookie).toMatch(
    /^__Host-gatehouse-registration=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  return sentBack({ headers });
}
