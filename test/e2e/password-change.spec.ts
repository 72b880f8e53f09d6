import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import { beforeStatement } from '../support/before-statement.js';
import type { DeviceBody, ListBody, ProblemBody } from '../support/client.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { mailsInOutbox } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { countWaiting, openTransaction, query } from '../support/stored.js';
import { signUpVerified } from '../support/verified-user.js';

const NEW = 'four quiet herons';
const app = useApiApp();
const { api, clock, database } = app;

const change = (user: Pick<SignedUp, 'api'>, currentPassword: string | undefined, newPassword = NEW) =>
  user.api.post<ProblemBody>('/auth/password/change', { currentPassword, newPassword });

async function noticesTo({ session }: SignedUp): Promise<number> {
  const mails = await mailsInOutbox(app, database.url, session.user.id);
  return mails.filter(({ template }) => template === 'password-changed').length;
}

describe('changing a password', () => {
  it('signs out the other devices, and lets the owner know', async () => {
    const user = await signUpVerified(app);
    const other = await signIn(api, user);
    // The other session is cached now.
    expect((await other.api.me()).status).toBe(200);
    expect((await change(user, user.password)).status).toBe(204);
    expect((await user.api.me()).status).toBe(200);
    expect((await api.refresh(user.session.refreshToken)).status).toBe(200);
    expectProblem(await other.api.me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(other.session.refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await api.login(user), 401, 'invalid-credentials');
    expect((await api.login({ ...user, password: NEW })).status).toBe(200);
    expect(await noticesTo(user)).toBe(1);
  });

  it('lets the owner know once a minute at most, and no one whose address was never verified', async () => {
    const owner = await signUpVerified(app);
    const stranger = await signUp(api);
    for (const user of [owner, stranger]) {
      for (const [current, next] of [
        [user.password, NEW],
        [NEW, user.password],
      ]) {
        expect((await change(user, current, next)).status).toBe(204);
      }
    }
    expect([await noticesTo(owner), await noticesTo(stranger)]).toEqual([1, 0]);
    clock.advance({ minutes: 1 });
    await change(owner, owner.password);
    expect(await noticesTo(owner)).toBe(2);
  });

  it('fails for a session that is ended meanwhile', async () => {
    const user = await signUp(api);
    const other = await signIn(api, user);
    await beforeStatement(/for update/i, async () => {
      await other.api.delete('/auth/sessions');
    });
    expectProblem(await change(user, user.password), 401, 'unauthenticated');
    expect((await other.api.me()).status).toBe(200);
    expect((await api.login(user)).status).toBe(200);
  });

  it('starts no session for a sign-in with the old one that is under way', async () => {
    const user = await signUp(api);
    await beforeStatement(/insert into accounts\.sessions/i, async () => {
      expect((await change(user, user.password)).status).toBe(204);
    });
    expectProblem(await api.login(user), 401, 'invalid-credentials');
    const sessions = await user.api.get<ListBody<DeviceBody>>('/auth/sessions');
    expect(sessions.body.items).toHaveLength(1);
    const started = `select from accounts.audit_events where type = 'session.started' and subject_id = $1`;
    expect(await query(database.url, started, [user.session.user.id])).toHaveLength(1);
  });

  it('makes a sign-in with the old one wait whose session is stored at the same moment', async () => {
    const user = await signUp(api);
    const changing = await openTransaction(database.url);
    await changing.query('update accounts.users set session_epoch = session_epoch + 1 where id = $1', [
      user.session.user.id,
    ]);
    const signingIn = api.login(user);
    await eventually(async () => expect(await countWaiting(database.url, '%accounts.sessions%')).toBe(1));
    await changing.query('commit');
    expectProblem(await signingIn, 401, 'invalid-credentials');
  });

  it('is not needed to keep out someone who is suspended while they sign in', async () => {
    const user = await signUp(api);
    await beforeStatement(/insert into accounts\.sessions/i, () =>
      query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
        user.session.user.id,
      ]),
    );
    expectProblem(await api.login(user), 401, 'invalid-credentials');
  });

  it('needs the current one', async () => {
    const user = await signUp(api);
    const wrong = expectProblem(await change(user, 'a guess of mine'), 401, 'invalid-credentials');
    expect([wrong.detail, wrong.errors]).toEqual([
      'The current password is wrong.',
      [{ pointer: '/currentPassword', code: 'invalid-credentials', message: 'is wrong' }],
    ]);
    const { errors } = expectProblem(await change(user, undefined), 400, 'invalid-input');
    expect(errors).toEqual([{ pointer: '/currentPassword', code: 'required', message: 'is required' }]);
    expect((await api.login(user)).status).toBe(200);
  });

  it('says which member is too weak', async () => {
    const user = await signUp(api);
    const { errors } = expectProblem(await change(user, user.password, 'password'), 422, 'weak-password');
    expect(errors).toEqual([
      { pointer: '/newPassword', code: 'weak-password', message: 'must be harder to guess' },
    ]);
  });

  it('succeeds for one of many at the same time', async () => {
    const user = await signUp(api);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => change(user, user.password, `four quiet herons ${n}`)),
    );
    const winners = answers.flatMap(({ status }, n) => (status === 204 ? [n] : []));
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect((await api.login({ ...user, password: `four quiet herons ${winners[0]}` })).status).toBe(200);
  });

  it('is for signed-in users', async () => {
    expectProblem(await change({ api }, 'whatever it was'), 401, 'unauthenticated');
  });
});

describe('setting a first password', () => {
  it('needs a recent sign-in', async () => {
    const user = await signUp(api);
    await query(database.url, 'delete from accounts.passwords where user_id = $1', [user.session.user.id]);
    clock.advance({ minutes: 5, seconds: 1 });
    const me = { api: api.as((await api.refresh(user.session.refreshToken)).body) };
    const refused = await change(me, undefined);
    expectProblem(refused, 401, 'step-up-required');
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", max_age="300"',
    );
    expectProblem(await api.login({ ...user, password: NEW }), 401, 'invalid-credentials');
  });

  it('is possible right after signing in', async () => {
    const user = await signUp(api);
    await query(database.url, 'delete from accounts.passwords where user_id = $1', [user.session.user.id]);
    clock.advance({ minutes: 5 });
    expect((await change(user, undefined)).status).toBe(204);
    expect((await api.login({ ...user, password: NEW })).status).toBe(200);
  });
});
