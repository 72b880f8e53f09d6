import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import type { Answer, UserBody } from '../support/client.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { useUser, WITH_ADMIN } from '../support/use-app.js';

const running = useApiApp(WITH_ADMIN);
const { admin, database } = running;
const user = useUser(running.api);

describe('concurrent changes to a profile', () => {
  it('are all applied when they are unconditional', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => patch({ metadata: { [`racer${n}`]: n } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(Object.keys((await user.api.me()).body.metadata)).toHaveLength(8);
  });

  it('are applied once when they require the same version; the rest return 412', async () => {
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

  it('do not interfere with email verification', async () => {
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

describe('a change without effect', () => {
  it.each([
    ['an empty patch', {}],
    ['the current values', { displayName: 'Ada', metadata: { plan: { name: 'trial', seats: 3 } } }],
    ['the current default', { locale: null }],
  ])('creates no version and writes nothing: %s', async (_, change) => {
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

describe('an uppercase id', () => {
  it('refers to the same user, with their current profile', async () => {
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

  it('refers to the same session', async () => {
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
  it('is sent exactly one mail, unless it is the admin that the settings name', async () => {
    const mails = await query<{ mails: string }>(
      database.url,
      `select (select count(*) from accounts.outbox o
                where o.subject = u.id and o.type = 'send-notification') as mails from accounts.users u
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
