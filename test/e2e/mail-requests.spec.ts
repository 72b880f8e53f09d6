import { describe, expect, it } from '@jest/globals';
import { Connections } from '#libs/database';
import { UsersService } from '../../src/accounts/users/index.js';
import { useApiApp } from '../support/api-app.js';
import { aUser, type NewUser, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';

const immediate = useApiApp();
/** With `REGISTRATION=verify-first`. */
const unseen = useApiApp({ REGISTRATION: 'verify-first' }, immediate);
const { database } = immediate;

describe('a mail that anyone can request', () => {
  it('is sent at most once a minute: the verification link', async () => {
    const { api, clock } = immediate;
    const { email, session } = await signUp(api);
    const resend = async (times: number) => {
      const answers = await Promise.all(
        Array.from({ length: times }, () => api.post('/auth/email/resend', { email })),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
      return (await mailsInOutbox(immediate, database.url, session.user.id)).length;
    };
    expect(await resend(2)).toBe(1);
    clock.advance({ seconds: 59 });
    expect(await resend(1)).toBe(1);
    clock.advance({ seconds: 1 });
    expect(await resend(8)).toBe(2);
    clock.advance({ minutes: 1 });
    expect(await resend(1)).toBe(3);
  });

  it('keeps the latest five links valid', async () => {
    const { api, clock } = immediate;
    const { email, session } = await signUp(api);
    for (let round = 0; round < 8; round++) {
      clock.advance({ minutes: 1 });
      await api.post('/auth/email/resend', { email });
    }
    const links = 'select 1 from accounts.email_verifications where user_id = $1';
    expect(await query(database.url, links, [session.user.id])).toHaveLength(5);
    const mails = await mailsInOutbox(immediate, database.url, session.user.id);
    expect(mails).toHaveLength(9);
    expectProblem(await api.verify(linkTokenOf(mails[3])), 400, 'invalid-token');
    expect((await api.verify(linkTokenOf(mails[4]))).status).toBe(204);
    expect(await query(database.url, links, [session.user.id])).toEqual([]);
  });

  it('is sent at most once a minute: the notice that an account exists', async () => {
    const { api, clock } = unseen;
    const owner = aUser();
    const id = await registerProven(owner);
    const templates = async () =>
      (await mailsInOutbox(unseen, database.url, id)).map(({ template }) => template);
    const again = () =>
      Promise.all(Array.from({ length: 5 }, () => api.register({ ...aUser(), email: owner.email })));
    expect((await again()).map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    expect(await templates()).toEqual(['verify-email']);
    clock.advance({ minutes: 1 });
    await again();
    expect(await templates()).toEqual(['verify-email', 'account-exists']);
    clock.advance({ seconds: 59 });
    await again();
    expect(await templates()).toHaveLength(2);
    clock.advance({ seconds: 1 });
    await again();
    expect(await templates()).toHaveLength(3);
    expect((await api.login(owner)).status).toBe(200);
  });
});

describe('registering an unverified address again with REGISTRATION=verify-first', () => {
  it('replaces the password and profile, and sends a new link', async () => {
    const { api, clock } = unseen;
    const squatter = aUser({ displayName: 'Squatter', locale: 'fr', timezone: 'Europe/Paris' });
    await api.register(squatter);
    const id = await idOf(squatter);
    clock.advance({ minutes: 2 });
    const owner = aUser({ email: squatter.email.toUpperCase(), displayName: 'Ada', locale: 'de' });
    const answer = await api.register(owner);
    expect([answer.status, answer.body]).toEqual([202, undefined]);

    const mails = await mailsInOutbox(unseen, database.url, id);
    expect(mails.map(({ template, to }) => [template, to.displayName, to.locale])).toEqual([
      ['verify-email', 'Squatter', 'fr'],
      ['verify-email', 'Ada', 'de'],
    ]);
    expectProblem(await api.verify(linkTokenOf(mails[0])), 400, 'invalid-token');
    expect((await api.verify(linkTokenOf(mails[1]))).status).toBe(204);
    expectProblem(await api.login(squatter), 401, 'invalid-credentials');
    const session = await api.login(owner);
    expect(session.body.user).toMatchObject({ id, displayName: 'Ada', locale: 'de', timezone: 'UTC' });
  });

  it('invalidates the pending link within the same minute, so the next one must be requested', async () => {
    const { api, clock } = unseen;
    const squatter = aUser();
    await api.register(squatter);
    const id = await idOf(squatter);
    const owner = { ...aUser(), email: squatter.email };
    await api.register(owner);
    const [inFlight, ...others] = await mailsInOutbox(unseen, database.url, id);
    expect(others).toEqual([]);
    expectProblem(await api.verify(linkTokenOf(inFlight)), 400, 'invalid-token');

    clock.advance({ minutes: 1 });
    await api.post('/auth/email/resend', { email: owner.email });
    const [, second] = await mailsInOutbox(unseen, database.url, id);
    expect((await api.verify(linkTokenOf(second))).status).toBe(204);
    expectProblem(await api.login(squatter), 401, 'invalid-credentials');
    expect((await api.login(owner)).status).toBe(200);
  });

  it('keeps the link when the same form is submitted twice', async () => {
    const { api } = unseen;
    const user = aUser();
    await api.register(user);
    expect((await api.register(user)).status).toBe(202);
    const mails = await mailsInOutbox(unseen, database.url, await idOf(user));
    expect(mails).toHaveLength(1);
    expect((await api.verify(linkTokenOf(mails[0]))).status).toBe(204);
    expect((await api.login(user)).status).toBe(200);
  });

  it('ends the earlier sessions', async () => {
    const squatter = await signUp(immediate.api);
    await squatter.api.patch('/users/me', {
      metadata: { note: 'mine' },
      avatarUrl: 'https://evil.test/a.png',
    });
    expect((await squatter.api.me()).status).toBe(200);
    await unseen.api.register({ ...aUser(), email: squatter.email });
    expectProblem(await squatter.api.at(unseen.api.url).me(), 401, 'unauthenticated');
    expectProblem(await unseen.api.refresh(squatter.session.refreshToken), 401, 'invalid-refresh-token');
    const [row] = await query(database.url, 'select metadata, avatar_url from accounts.users where id = $1', [
      squatter.session.user.id,
    ]);
    expect(row).toEqual({ metadata: {}, avatar_url: null });
  });

  it('stays consistent under concurrent registrations, requests and clicks', async () => {
    const { api, clock } = unseen;
    const user = aUser();
    await api.register(user);
    const id = await idOf(user);
    clock.advance({ minutes: 1 });
    const token = linkTokenOf((await mailsInOutbox(unseen, database.url, id))[0]);
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => api.register(user)),
      ...Array.from({ length: 4 }, () => api.verify(token)),
      ...Array.from({ length: 4 }, () => api.post('/auth/email/resend', { email: user.email })),
    ]);
    expect(answers.filter(({ status }) => ![202, 204, 400].includes(status))).toEqual([]);
  });
});

describe('with REGISTRATION=immediate', () => {
  it('rejects an unverified address that is taken', async () => {
    const { email } = await signUp(immediate.api);
    expectProblem(await immediate.api.register({ ...aUser(), email }), 409, 'email-taken');
  });
});

/** @returns the user's id */
async function registerProven(user: NewUser): Promise<string> {
  await unseen.api.register(user);
  const id = await idOf(user);
  const [mail] = await mailsInOutbox(unseen, database.url, id);
  expect((await unseen.api.verify(linkTokenOf(mail))).status).toBe(204);
  return id;
}

/** The id of a user who has just registered. */
async function idOf({ email }: NewUser): Promise<string> {
  const users = unseen.app.get(UsersService, { strict: false });
  const found = await unseen.app
    .get(Connections)
    .database('accounts')
    .run((em) => users.findByEmail(em, email));
  return found?.id ?? '';
}
