import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiApp, startApiApp } from '../support/api-app.js';
import type { Answer, ApiClient, UserBody } from '../support/client.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { createDatabase, redisUrl, type TestDatabase } from '../support/servers.js';
import { query } from '../support/stored.js';

const ADMIN = { email: 'admin@acme.test', password: 'the admin of these tests' };

let database: TestDatabase;
let running: ApiApp;
let user: SignedUp;
let admin: ApiClient;

beforeAll(async () => {
  database = await createDatabase();
  running = await startApiApp({
    DATABASE_URL: database.url,
    REDIS_URL: await redisUrl(),
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  });
  user = await signUp(running.api);
  admin = (await signIn(running.api, ADMIN)).api;
});
afterAll(async () => {
  await running.close();
  await database.drop();
});

describe('changes of one profile at the same time', () => {
  it('all happen, one after the other, when nobody says which version they mean', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => patch({ metadata: { [`racer${n}`]: n } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(Object.keys((await user.api.me()).body.metadata)).toHaveLength(8);
  });

  it('happen once when all mean the same version, and the others are told that it is another', async () => {
    for (let round = 0; round < 5; round++) {
      const etag = (await user.api.me()).headers.get('etag') ?? '';
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => patch({ displayName: `Racer ${round}.${n}` }, etag)),
      );
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
        200,
        ...Array<number>(7).fill(412),
      ]);
      answers
        .filter(({ status }) => status !== 200)
        .forEach((refused) => expectProblem(refused, 412, 'precondition-failed'));
    }
  });

  it('do not hinder the proof of the address', async () => {
    for (let round = 0; round < 5; round++) {
      const racer = await signUp(running.api);
      const [mail] = await mailsInOutbox(running, database.url, racer.session.user.id);
      const [proof, ...changes] = await Promise.all([
        running.api.verify(linkTokenOf(mail)),
        ...Array.from({ length: 4 }, (_, n) => racer.api.patch('/users/me', { displayName: `Racer ${n}` })),
      ]);
      expect([proof.status, ...changes.map(({ status }) => status)]).toEqual([204, 200, 200, 200, 200]);
      expect((await racer.api.me()).body.emailVerified).toBe(true);
    }
  });
});

describe('a change that changes nothing', () => {
  it.each([
    ['nothing at all', {}],
    ['what is there already', { displayName: 'Ada', metadata: { plan: { name: 'trial', seats: 3 } } }],
    ['the same default', { locale: null }],
  ])('makes no new version and writes nothing: %s', async (_, change) => {
    await patch({ displayName: 'Ada', locale: 'en', metadata: null });
    await patch({ metadata: { plan: { seats: 3, name: 'trial' } } });
    const [before, row] = [await user.api.me(), await rowOf(user)];
    running.clock.advance({ seconds: 1 });
    const answer = await patch(change);
    expect([answer.status, answer.body]).toEqual([200, before.body]);
    expect(answer.headers.get('etag')).toBe(before.headers.get('etag'));
    expect(await rowOf(user)).toEqual(row);
  });
});

describe('an id in capitals', () => {
  it('is the same user, as they are now', async () => {
    const { id } = user.session.user;
    const upper = id.toUpperCase();
    await admin.get(`/users/${upper}`);
    await patch({ displayName: 'Changed since' });
    const answers = await Promise.all([upper, id].map((form) => admin.get<UserBody>(`/users/${form}`)));
    expect(answers.map(({ body }) => [body.id, body.displayName])).toEqual([
      [id, 'Changed since'],
      [id, 'Changed since'],
    ]);
  });

  it('is the same session', async () => {
    const phone = await signIn(running.api, user);
    const { sid } = JSON.parse(
      Buffer.from(phone.session.accessToken.split('.')[1] ?? '', 'base64url').toString(),
    ) as { sid: string };
    expect((await phone.api.me()).status).toBe(200);
    expect((await user.api.delete(`/auth/sessions/${sid.toUpperCase()}`)).status).toBe(204);
    expectProblem(await phone.api.me(), 401, 'unauthenticated');
  });
});

describe('a new user', () => {
  it('is sent one mail, unless an operator has made them', async () => {
    const mails = await query<{ mails: string }>(
      database.url,
      `select (select count(*) from accounts.outbox o where o.subject = u.id) as mails from accounts.users u
        where not 'admin' = any(u.roles)`,
    );
    expect(mails.length).toBeGreaterThan(1);
    expect(new Set(mails.map((row) => row.mails))).toEqual(new Set(['1']));
  });
});

function patch(change: unknown, ifMatch?: string): Promise<Answer<UserBody>> {
  return user.api.patch<UserBody>('/users/me', change, ifMatch === undefined ? {} : { 'if-match': ifMatch });
}

/** The row as it is, with the transaction that wrote it last. */
async function rowOf({ session }: SignedUp): Promise<object | undefined> {
  const [row] = await query(database.url, 'select xmin, * from accounts.users where id = $1', [
    session.user.id,
  ]);
  return row;
}
