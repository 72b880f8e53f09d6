import { describe, expect, it } from '@jest/globals';
import { SignInNoticesPurge } from '../../src/accounts/auth/sign-in-notices/sign-in-notices.purge.js';
import { Connections } from '#libs/database';
import { useApiApp } from '../support/api-app.js';
import { type SignedUp, signIn } from '../support/factories.js';
import { linkTokenOf } from '../support/mail-outbox.js';
import {
  ABROAD,
  aUserAtHome,
  BEHIND_A_PROXY,
  cookieOfSignIn,
  HOME,
  noticesOf,
  noticesTo,
} from '../support/new-sign-ins.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';

const immediate = useApiApp(BEHIND_A_PROXY);
const { api, clock, database } = immediate;
const atHome = () => api.with(HOME);
const abroad = () => api.with(ABROAD);
const idOf = (user: SignedUp) => user.session.user.id;
const disown = (token: string) => api.post('/auth/sessions/disown', { token });

describe('"That wasn\'t me"', () => {
  it('ends that session at once, and no other, and may be repeated', async () => {
    const user = await aUserAtHome(immediate);
    const thief = await signIn(abroad(), user);
    const again = await signIn(abroad(), user);
    const [notice] = await noticesTo(immediate, idOf(user));
    expect((await thief.api.me()).status).toBe(200);
    expect((await disown(linkTokenOf(notice))).status).toBe(204);
    expectProblem(await thief.api.me(), 401, 'unauthenticated');
    expectProblem(await api.refresh(thief.session.refreshToken), 401, 'invalid-refresh-token');
    expect((await user.api.me()).status).toBe(200);
    expect((await again.api.me()).status).toBe(200);
    // Sessions that have ended are deleted after a day.
    await query(database.url, 'delete from accounts.sessions where ended_at is not null and user_id = $1', [
      idOf(user),
    ]);
    clock.advance({ hours: 71 });
    expect((await disown(linkTokenOf(notice))).status).toBe(204);
    clock.advance({ hours: 1 });
    expectProblem(await disown(linkTokenOf(notice)), 400, 'invalid-token');
  });

  it('makes every device a new one, since any of them may be the one that it was', async () => {
    const user = await aUserAtHome(immediate);
    const cookie = await cookieOfSignIn(abroad(), user);
    const browser = abroad().with({ cookie });
    expect(await noticesOf(immediate, user, [browser, abroad()])).toEqual([0, 0]);
    const [notice] = await noticesTo(immediate, idOf(user));
    await disown(linkTokenOf(notice));
    clock.advance({ ms: 1 });
    expect(await noticesOf(immediate, user, [browser, abroad(), atHome()])).toEqual([1, 0, 1]);
    clock.advance({ ms: 1 });
    // Again, but it has been used.
    await disown(linkTokenOf(notice));
    expect(await noticesOf(immediate, user, [abroad(), atHome()])).toEqual([0, 0]);
  });

  it('does not change the profile, nor its ETag', async () => {
    const user = await aUserAtHome(immediate);
    const before = (await user.api.me()).headers.get('etag');
    await signIn(abroad(), user);
    await disown(linkTokenOf((await noticesTo(immediate, idOf(user)))[0]));
    await user.api.patch('/users/me', {});
    expect((await user.api.me()).headers.get('etag')).toBe(before);
  });

  it.each(['', 'x', 'A'.repeat(43)])('needs a link of ours: %j', async (token) => {
    expect((await disown(token)).status).toBe(400);
  });

  it('is no link for anything else', async () => {
    const user = await aUserAtHome(immediate);
    await signIn(abroad(), user);
    const token = linkTokenOf((await noticesTo(immediate, idOf(user)))[0]);
    expectProblem(await api.verify(token), 400, 'invalid-token');
    const reset = await api.post('/auth/password/reset', { token, password: 'four quiet herons' });
    expectProblem(reset, 400, 'invalid-token');
    expect((await user.api.me()).status).toBe(200);
  });
});

describe('what is stored for this', () => {
  it('is deleted once it has expired: links, and devices that have not been seen for long', async () => {
    const user = await aUserAtHome(immediate);
    await signIn(abroad(), user);
    const accounts = immediate.app.get(Connections).database('accounts');
    const rows = async () => {
      await new SignInNoticesPurge(accounts, clock).purge(new AbortController().signal);
      const counts = ['sign_in_notices', 'seen_devices'].map((table) =>
        query(database.url, `select 1 from accounts.${table} where user_id = $1`, [idOf(user)]),
      );
      return (await Promise.all(counts)).map(({ length }) => length);
    };
    clock.advance({ hours: 72 });
    expect(await rows()).toEqual([1, 2]);
    clock.advance({ ms: 1 });
    expect(await rows()).toEqual([0, 2]);
    clock.advance({ hours: 87 * 24 });
    expect(await rows()).toEqual([0, 0]);
  });
});
