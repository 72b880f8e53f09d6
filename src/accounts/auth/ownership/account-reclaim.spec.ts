import { describe, expect, it } from '@jest/globals';
import { Connections } from '#libs/database';
import { useApiApp } from '../../../../test/support/api-app.js';
import { setUpTotp } from '../../../../test/support/authenticator.js';
import type { ProblemBody } from '../../../../test/support/client.js';
import { type SignedUp, signIn } from '../../../../test/support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../../../../test/support/mail-outbox.js';
import {
  ABROAD,
  aUserAtHome,
  BEHIND_A_PROXY,
  HOME,
  noticesOf,
} from '../../../../test/support/new-sign-ins.js';
import { addPasskey, signInWithPasskey } from '../../../../test/support/passkeys.js';
import { expectProblem } from '../../../../test/support/problems.js';
import { query } from '../../../../test/support/stored.js';
import { UsersService } from '../../users/index.js';
import { SessionCache } from '../sessions/session-cache.js';
import { AccountReclaim } from './account-reclaim.js';

const ORIGIN = 'https://app.acme.test';
const NEW = 'four quiet herons';

const running = useApiApp({ ...BEHIND_A_PROXY, APP_URL: ORIGIN });
const { api, clock, database } = running;
const atHome = () => api.with(HOME);
const abroad = () => api.with(ABROAD);

/** As the undoing of a change does. */
async function reclaim({ session }: SignedUp, since: Date): Promise<void> {
  const { app } = running;
  const users = app.get(UsersService, { strict: false });
  const reclaims = app.get(AccountReclaim, { strict: false });
  const ended = await app
    .get(Connections)
    .database('accounts')
    .transaction(async (em) => reclaims.take(em, await users.lockExisting(em, session.user.id), { since }));
  app.get(SessionCache, { strict: false }).ended(ended);
  users.invalidate(session.user.id);
}

/** A moment after everything so far. */
function later(): Date {
  clock.advance({ seconds: 1 });
  return clock.now();
}

async function linkFromMail({ session }: SignedUp, template: string): Promise<string> {
  const mails = await mailsInOutbox(running, database.url, session.user.id);
  return linkTokenOf(mails.filter((mail) => mail.template === template).at(-1));
}

const reset = (token: string) => api.post('/auth/password/reset', { token, password: NEW });

describe('an account that is taken back', () => {
  it('has no sessions and no password any more, and its owner gets a link to set one', async () => {
    const user = await aUserAtHome(running);
    await reclaim(user, later());
    expectProblem(await user.api.me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(user.session.refreshToken), 401, 'invalid-refresh-token');
    expectProblem(await api.login(user), 401, 'invalid-credentials');
    expect((await reset(await linkFromMail(user, 'account-reclaimed'))).status).toBe(204);
    expect((await api.login({ ...user, password: NEW })).status).toBe(200);
  });

  it('voids links to reset the password, and codes to sign in with, that were sent before', async () => {
    const user = await aUserAtHome(running);
    const { email } = user;
    await api.post('/auth/password/forgot', { email });
    await api.post('/auth/otp', { email });
    const mails = await mailsInOutbox(running, database.url, user.session.user.id);
    const code = mails.find(({ template }) => template === 'sign-in-code')?.data['code'];
    const earlier = await linkFromMail(user, 'reset-password');
    await reclaim(user, later());
    expectProblem(await reset(earlier), 400, 'invalid-token');
    expectProblem(await api.post('/auth/otp/verify', { email, code }), 401, 'invalid-code');
    // The link that came with it is all the owner gets for a minute.
    expect((await reset(await linkFromMail(user, 'account-reclaimed'))).status).toBe(204);
  });

  it('gets a link even if it never had a password', async () => {
    const user = await aUserAtHome(running);
    await query(database.url, 'delete from accounts.passwords where user_id = $1', [user.session.user.id]);
    await reclaim(user, later());
    expect((await reset(await linkFromMail(user, 'account-reclaimed'))).status).toBe(204);
    expect((await api.login({ ...user, password: NEW })).status).toBe(200);
  });

  it('keeps the passkeys and factors from before, and loses those from after', async () => {
    const user = await aUserAtHome(running);
    const own = await addPasskey(user.api, ORIGIN);
    const since = later();
    const foreign = await addPasskey(user.api, ORIGIN);
    await setUpTotp(user.api, clock);
    await reclaim(user, since);
    expect((await signInWithPasskey(api, own.device)).status).toBe(200);
    expectProblem(await signInWithPasskey(api, foreign.device), 401, 'invalid-passkey');
    await reset(await linkFromMail(user, 'account-reclaimed'));
    // Without a second factor.
    expect((await api.login({ ...user, password: NEW })).status).toBe(200);
  });

  it('keeps the recovery codes from before with the app that they belong to', async () => {
    const user = await aUserAtHome(running);
    const { recoveryCodes } = await setUpTotp(user.api, clock);
    await reclaim(user, later());
    await reset(await linkFromMail(user, 'account-reclaimed'));
    const mfaToken = await challengeOf({ ...user, password: NEW });
    const input = { mfaToken, factor: 'recovery-code', code: recoveryCodes[0] };
    expect((await api.post('/auth/login/mfa', input)).status).toBe(200);
  });

  it('keeps an app from before, but no recovery codes from after, nor a sign-in that waits for one', async () => {
    const user = await aUserAtHome(running);
    const { app } = await setUpTotp(user.api, clock);
    const since = later();
    const { body } = await user.api.post<{ recoveryCodes: string[] }>('/auth/mfa/recovery-codes');
    const waiting = await challengeOf(user);
    await reclaim(user, since);
    const complete = (mfaToken: string, factor: string, code = '') =>
      api.post('/auth/login/mfa', { mfaToken, factor, code });
    expectProblem(await complete(waiting, 'totp', app.code()), 401, 'invalid-mfa-token');
    await reset(await linkFromMail(user, 'account-reclaimed'));
    const token = await challengeOf({ ...user, password: NEW });
    expectProblem(await complete(token, 'recovery-code', body.recoveryCodes[0]), 401, 'invalid-code');
    expect((await complete(token, 'totp', app.code())).status).toBe(200);
  });

  it('voids links about changes from after, which may be in the mailbox of someone else', async () => {
    const user = await aUserAtHome(running);
    const own = await addPasskey(user.api, ORIGIN);
    const since = later();
    await addPasskey(user.api, ORIGIN);
    const foreign = await linkFromMail(user, 'passkey-added');
    await reclaim(user, since);
    await reset(await linkFromMail(user, 'account-reclaimed'));
    const back = await signIn(atHome(), { ...user, password: NEW });
    expect((await api.post('/auth/changes/undo', { token: foreign })).status).toBe(204);
    expect((await back.api.me()).status).toBe(200);
    expect((await signInWithPasskey(api, own.device)).status).toBe(200);
  });

  it('knows none of its devices any more, and tells its owner of sign-ins again', async () => {
    const user = await aUserAtHome(running);
    expect(await noticesOf(running, user, [abroad(), atHome(), abroad()])).toEqual([1, 0, 0]);
    await user.api.patch('/users/me', { signInNotifications: false });
    await reclaim(user, later());
    await reset(await linkFromMail(user, 'account-reclaimed'));
    clock.advance({ ms: 1 });
    const again = { ...user, password: NEW };
    expect(await noticesOf(running, again, [abroad(), atHome(), abroad()])).toEqual([1, 1, 0]);
  });
});

async function challengeOf({ email, password }: SignedUp): Promise<string> {
  const answer = await api.login({ email, password });
  return (expectProblem(answer, 401, 'mfa-required') as ProblemBody & { readonly mfaToken: string }).mfaToken;
}
