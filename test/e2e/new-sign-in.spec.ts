import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import type { DeviceBody, ListBody } from '../support/client.js';
import { aUser, type SignedUp, signIn, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
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
import { query, refuse } from '../support/stored.js';
import { registerProven } from '../support/verify-first.js';

const DAY = 24;

const immediate = useApiApp(BEHIND_A_PROXY);
const unseen = useApiApp({ REGISTRATION: 'verify-first', ...BEHIND_A_PROXY }, immediate);
const { api, clock, database } = immediate;
const atHome = () => api.with(HOME);
const abroad = () => api.with(ABROAD);
const idOf = (user: SignedUp) => user.session.user.id;

describe('a sign-in on a new device', () => {
  it('is mailed to the user: when, where and on which device', async () => {
    const user = await aUserAtHome(immediate, { locale: 'de', timezone: 'Europe/Vienna' });
    await signIn(abroad(), user);
    const [notice, ...others] = await noticesTo(immediate, idOf(user));
    expect(others).toEqual([]);
    expect(notice).toMatchObject({
      to: { email: user.email, locale: 'de' },
      data: {
        link: expect.stringMatching(/\/disown-session\?token=[\w-]{43}$/),
        at: clock.now().toISOString(),
        timezone: 'Europe/Vienna',
        app: 'curl',
        ipAddress: '203.0.113.7',
      },
      expiresAt: new Date(clock.millis() + 72 * 3_600_000).toISOString(),
    });
    const [row] = await query(database.url, 'select * from accounts.sign_in_notices where user_id = $1', [
      idOf(user),
    ]);
    expect(JSON.stringify(row)).not.toContain(linkTokenOf(notice));
  });

  it('is mailed for a one-time code, too', async () => {
    const user = await aUserAtHome(immediate);
    await abroad().post('/auth/otp', { email: user.email });
    const code = (await mailsInOutbox(immediate, database.url, idOf(user))).find(({ data }) => data['code']);
    const verify = { email: user.email, code: code?.data['code'] };
    expect((await abroad().post('/auth/otp/verify', verify)).status).toBe(200);
    expect(await noticesTo(immediate, idOf(user))).toHaveLength(1);
  });

  it('fails if the mail cannot be stored, so that it is as new the next time', async () => {
    const user = await aUserAtHome(immediate);
    await refuse(database.url, 'insert', 'accounts.outbox');
    expect((await abroad().login(user)).status).toBe(500);
    const devices = await user.api.get<ListBody<DeviceBody>>('/auth/sessions');
    expect(devices.body.items).toHaveLength(1);
    const seen = 'select 1 from accounts.seen_devices where user_id = $1';
    expect(await query(database.url, seen, [idOf(user)])).toHaveLength(1);
  });

  it('is not mailed to an address that was never verified', async () => {
    const user = await signUp(atHome());
    expect(await noticesOf(immediate, user, [abroad()])).toEqual([0]);
  });

  it('is not mailed to users who do not want that', async () => {
    const user = await aUserAtHome(immediate);
    const patch = (signInNotifications: unknown) => user.api.patch('/users/me', { signInNotifications });
    expect((await patch(false)).body).toMatchObject({ signInNotifications: false });
    expect(await noticesOf(immediate, user, [abroad()])).toEqual([0]);
    expect((await patch(null)).body).toMatchObject({ signInNotifications: true });
    expect(await noticesOf(immediate, user, [abroad().with({ 'user-agent': 'AcmeApp/1' })])).toEqual([1]);
    expectProblem(await patch('no'), 400, 'invalid-input');
  });

  it('is only turned off by users who have just shown who they are', async () => {
    const user = await aUserAtHome(immediate);
    const patch = (body: object, from = user.api) => from.patch('/users/me', body);
    clock.advance({ minutes: 5, seconds: 1 });
    const { body } = await api.refresh(user.session.refreshToken);
    const refused = await patch({ displayName: 'Eve', signInNotifications: false }, api.as(body));
    expectProblem(refused, 401, 'step-up-required');
    expect(refused.headers.get('www-authenticate')).toContain('insufficient_user_authentication');
    expect((await api.as(body).me()).body).toMatchObject({ displayName: null, signInNotifications: true });
    // Anything else needs no proof.
    expect((await patch({ displayName: 'Ada', signInNotifications: true }, api.as(body))).status).toBe(200);
    const { password } = user;
    const proven = await api.as(body).post<{ accessToken: string }>('/auth/step-up', { password });
    const own = api.as(proven.body);
    expect((await patch({ signInNotifications: false }, own)).status).toBe(200);
    clock.advance({ minutes: 5, seconds: 1 });
    const again = api.as((await api.refresh(body.refreshToken)).body);
    // As a form sends it in which only the name was changed.
    const form = { displayName: 'Countess', signInNotifications: false };
    expect((await patch(form, again)).body).toMatchObject(form);
  });
});

describe('the first sign-in', () => {
  it('of an account is not mailed, wherever it comes from', async () => {
    const user = aUser();
    const id = await registerProven(unseen, database.url, user);
    await signIn(unseen.api.with(ABROAD), user);
    expect(await noticesTo(unseen, id)).toEqual([]);
    await signIn(unseen.api.with(HOME), user);
    expect(await noticesTo(unseen, id)).toHaveLength(1);
  });

  it('is the first once, even if there are several at the same time', async () => {
    const user = aUser();
    const id = await registerProven(unseen, database.url, user);
    const same = Array.from({ length: 4 }, () => signIn(unseen.api.with(HOME), user));
    await Promise.all(same);
    expect(await noticesTo(unseen, id)).toEqual([]);
    const other = aUser();
    const otherId = await registerProven(unseen, database.url, other);
    await Promise.all([HOME, ABROAD].map((device) => signIn(unseen.api.with(device), other)));
    expect(await noticesTo(unseen, otherId)).toHaveLength(1);
  });

  it('of whoever claims an address is theirs, and nothing of the account before them counts', async () => {
    const squatter = await signUp(abroad());
    const cookie = await cookieOfSignIn(abroad(), squatter);
    await squatter.api.patch('/users/me', { signInNotifications: false });
    clock.advance({ minutes: 1 });
    await api.post('/auth/password/forgot', { email: squatter.email });
    const mails = await mailsInOutbox(immediate, database.url, idOf(squatter));
    const owner = { ...squatter, password: 'four quiet herons' };
    const reset = { token: linkTokenOf(mails.at(-1)), password: owner.password };
    expect((await api.post('/auth/password/reset', reset)).status).toBe(204);
    clock.advance({ ms: 1 });
    expect(await noticesOf(immediate, owner, [atHome(), abroad().with({ cookie })])).toEqual([0, 1]);
  });

  it('of whoever claims an address makes its device known, even if the account was registered on it', async () => {
    const user = await signUp(atHome());
    clock.advance({ minutes: 1 });
    await api.post('/auth/password/forgot', { email: user.email });
    const token = linkTokenOf((await mailsInOutbox(immediate, database.url, idOf(user))).at(-1));
    const owner = { ...user, password: 'four quiet herons' };
    expect((await api.post('/auth/password/reset', { token, password: owner.password })).status).toBe(204);
    expect(await noticesOf(immediate, owner, [atHome(), atHome()])).toEqual([0, 0]);
  });
});

describe('a browser', () => {
  it('that keeps its cookie is known wherever it is, and however it is updated', async () => {
    const user = await aUserAtHome(immediate);
    const cookie = await cookieOfSignIn(abroad(), user);
    expect(await noticesTo(immediate, idOf(user))).toHaveLength(1);
    const moved = { ...ABROAD, 'x-forwarded-for': '192.0.2.1', 'user-agent': 'Firefox/999', cookie };
    expect(await noticesOf(immediate, user, [api.with(moved)])).toEqual([0]);
  });

  it("is not known by another user's cookie, or a forged one", async () => {
    const [user, thief] = [await aUserAtHome(immediate), await aUserAtHome(immediate)];
    const cookie = await cookieOfSignIn(atHome(), thief);
    const forged = cookie.replace(/\.[\w-]+$/, `.${'A'.repeat(43)}`);
    expect(await noticesOf(immediate, user, [abroad().with({ cookie })])).toEqual([1]);
    expect(await noticesOf(immediate, thief, [abroad().with({ cookie: forged })])).toEqual([1]);
  });
});

describe('an app that keeps no cookies', () => {
  const app = (ipAddress: string, userAgent = 'AcmeApp/3.2 (iPhone; iOS 17.2)') =>
    api.with({ 'user-agent': userAgent, 'x-forwarded-for': ipAddress });

  it('is new once in each network, whatever its address there', async () => {
    const user = await aUserAtHome(immediate);
    const addresses = ['198.51.100.1', '198.51.7.7', '203.0.113.1', '198.51.100.2', '203.0.113.2'];
    expect(
      await noticesOf(
        immediate,
        user,
        addresses.map((address) => app(address)),
      ),
    ).toEqual([1, 0, 1, 0, 0]);
    const inIPv6 = ['2001:db8:1::1', '2001:db8:ffff:1:2:3:4:5', '2001:db9::1', '2001::1', '2001:0:1::2'];
    expect(
      await noticesOf(
        immediate,
        user,
        inIPv6.map((address) => app(address)),
      ),
    ).toEqual([1, 0, 1, 1, 0]);
  });

  it('is new under another name, but not in another version', async () => {
    const user = await aUserAtHome(immediate);
    const names = ['3.2 (iPhone; iOS 17.2)', '4.0 (iPhone; iOS 18.1)', '4.0 (iPad; iOS 18.1)'].map(
      (rest) => `AcmeApp/${rest}`,
    );
    const clients = [...names, 'OtherApp/1'].map((name) => app('203.0.113.1', name));
    expect(await noticesOf(immediate, user, clients)).toEqual([1, 0, 1, 1]);
  });

  it('is known to one user only', async () => {
    const [one, another] = [await aUserAtHome(immediate), await aUserAtHome(immediate)];
    expect(await noticesOf(immediate, one, [abroad()])).toEqual([1]);
    expect(await noticesOf(immediate, another, [abroad()])).toEqual([1]);
  });

  it('is known for 90 days after its last sign-in, or a day less', async () => {
    const user = await aUserAtHome(immediate);
    expect(await noticesOf(immediate, user, [abroad()])).toEqual([1]);
    clock.advance({ hours: 89 * DAY });
    expect(await noticesOf(immediate, user, [abroad()])).toEqual([0]);
    clock.advance({ hours: 89 * DAY });
    // Another one isn't known for longer because of that.
    expect(await noticesOf(immediate, user, [abroad(), atHome()])).toEqual([0, 1]);
    clock.advance({ hours: 90 * DAY });
    expect(await noticesOf(immediate, user, [abroad(), abroad()])).toEqual([1, 0]);
  });
});
