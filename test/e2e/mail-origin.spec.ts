import { describe, expect, it } from '@jest/globals';
import { useApiApp, type UsedApiApp } from '../support/api-app.js';
import { setUpTotp } from '../support/authenticator.js';
import type { ProblemBody } from '../support/client.js';
import { aUser, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox, userIdOf } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { eventually } from '../support/servers.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { query } from '../support/stored.js';
import { useApp } from '../support/use-app.js';
import { signUpVerified } from '../support/verified-user.js';
import { registerProven } from '../support/verify-first.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const TIMEZONE = 'Europe/Vienna';

const APP_URL = 'https://app.acme.test';

const immediate = useApiApp({ APP_URL, TRUSTED_PROXIES: '127.0.0.0/8' });
const unseen = useApiApp({ REGISTRATION: 'verify-first', TRUSTED_PROXIES: '127.0.0.0/8' }, immediate);
const { database } = immediate;

/** Whoever sends these requests, at this address. */
const from = ({ api }: UsedApiApp, host: number) =>
  api.with({ 'user-agent': FIREFOX, 'x-forwarded-for': `203.0.113.${host}` });

async function lastMailTo(app: UsedApiApp, userId: string) {
  const mails = await mailsInOutbox(app, database.url, userId);
  const { template, data, expiresAt } = mails.at(-1) ?? {};
  return { template, expiresAt, ...data };
}

/** As long as someone may still wonder what has happened, even if a link in the mail no longer works. */
const aWeekFrom = ({ clock }: UsedApiApp) => new Date(clock.millis() + 7 * 24 * 3_600_000).toISOString();

const originOf = ({ clock }: UsedApiApp, host: number) => ({
  at: clock.now().toISOString(),
  timezone: TIMEZONE,
  app: 'Firefox',
  system: 'Linux',
  ipAddress: `203.0.113.${host}`,
});

describe('a mail that someone else may have caused says when, where and on which device: that', () => {
  it('an address is to be verified', async () => {
    const user = await signUp(from(immediate, 1), { timezone: TIMEZONE });
    const { id } = user.session.user;
    expect(await lastMailTo(immediate, id)).toMatchObject(originOf(immediate, 1));
    immediate.clock.advance({ minutes: 1 });
    await from(immediate, 2).post('/auth/email/resend', { email: user.email });
    expect(await lastMailTo(immediate, id)).toMatchObject({
      template: 'verify-email',
      ...originOf(immediate, 2),
    });
  });

  it('a registration has to be confirmed, in its own time zone', async () => {
    const user = aUser({ timezone: 'Asia/Tokyo' });
    await from(unseen, 3).register(user);
    const id = await userIdOf(unseen, user);
    expect(await lastMailTo(unseen, id)).toMatchObject({ ...originOf(unseen, 3), timezone: 'Asia/Tokyo' });
    unseen.clock.advance({ minutes: 1 });
    await from(unseen, 4).register({ ...aUser({ timezone: TIMEZONE }), email: user.email });
    expect(await lastMailTo(unseen, id)).toMatchObject(originOf(unseen, 4));
  });

  it('there is an account with this address', async () => {
    const owner = aUser({ timezone: TIMEZONE });
    const id = await registerProven(unseen, database.url, owner);
    unseen.clock.advance({ minutes: 1 });
    await from(unseen, 5).register({ ...aUser({ timezone: 'Asia/Tokyo' }), email: owner.email });
    expect(await lastMailTo(unseen, id)).toMatchObject({
      template: 'account-exists',
      ...originOf(unseen, 5),
    });
  });

  it('someone wants to sign in with a code, and changes what an account is protected with', async () => {
    const { api, clock } = immediate;
    const user = await signUp(api, { timezone: TIMEZONE });
    const { id } = user.session.user;
    await api.verify(linkTokenOf((await mailsInOutbox(immediate, database.url, id))[0]));
    const owner = from(immediate, 8).as(user.session);
    const expectMail = async (template: string) => {
      expect(await lastMailTo(immediate, id)).toMatchObject({ template, ...originOf(immediate, 8) });
      clock.advance({ ms: 1 });
    };
    clock.advance({ ms: 1 });
    await owner.post('/auth/otp', { email: user.email });
    await expectMail('sign-in-code');
    const { recoveryCodes } = await setUpTotp(owner, clock);
    clock.advance({ seconds: -30 });
    await expectMail('second-factor-added');
    await owner.post('/auth/step-up', { factor: 'recovery-code', code: recoveryCodes[0] });
    await expectMail('recovery-code-used');
    await owner.delete('/auth/mfa/totp');
    await expectMail('second-factor-removed');
    const { body } =
      await owner.post<Parameters<SoftwareAuthenticator['create']>[0]>('/auth/passkeys/options');
    const created = new SoftwareAuthenticator(APP_URL).create(body);
    const { body: passkey } = await owner.post<{ id: string }>('/auth/passkeys', created);
    expect(await lastMailTo(immediate, id)).toMatchObject({ expiresAt: aWeekFrom(immediate) });
    await expectMail('passkey-added');
    await owner.delete(`/auth/passkeys/${passkey.id}`);
    await expectMail('passkey-removed');
  });

  it('a password is to be reset, and that it was', async () => {
    const { api, clock } = immediate;
    const user = await signUp(api, { timezone: TIMEZONE });
    const { id } = user.session.user;
    clock.advance({ ms: 1 });
    await from(immediate, 6).post('/auth/password/forgot', { email: user.email });
    const [, mail] = await mailsInOutbox(immediate, database.url, id);
    expect(mail?.template).toBe('reset-password');
    expect(mail?.data).toMatchObject(originOf(immediate, 6));
    clock.advance({ minutes: 1 });
    const password = 'four quiet herons';
    const reset = { token: linkTokenOf(mail), password };
    expect((await from(immediate, 7).post('/auth/password/reset', reset)).status).toBe(204);
    expect(await lastMailTo(immediate, id)).toMatchObject({
      template: 'password-changed',
      ...originOf(immediate, 7),
    });
  });

  it('a device was signed out because its refresh token was used twice', async () => {
    const { api, clock } = immediate;
    const [user, unverified] = [
      await signUpVerified(immediate, { timezone: TIMEZONE }),
      await signUp(api, { timezone: TIMEZONE }),
    ];
    const suspended = await signUpVerified(immediate);
    const everyone = [user, unverified, suspended];
    await Promise.all(everyone.map(({ session }) => api.refresh(session.refreshToken)));
    await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
      suspended.session.user.id,
    ]);
    clock.advance({ seconds: 11 });
    for (const { session } of everyone) {
      const reused = await from(immediate, 9).post<ProblemBody>('/auth/refresh', {
        refreshToken: session.refreshToken,
      });
      expectProblem(reused, 401, 'refresh-token-reused');
    }
    expect(await lastMailTo(immediate, user.session.user.id)).toMatchObject({
      template: 'refresh-token-reused',
      link: `${APP_URL}/reset-password`,
      expiresAt: aWeekFrom(immediate),
      ...originOf(immediate, 9),
    });
    // The address may belong to someone else, and whoever is suspended is told nothing.
    for (const { session } of [unverified, suspended]) {
      expect(await lastMailTo(immediate, session.user.id)).toMatchObject({ template: 'verify-email' });
    }
  });

  it('a password was changed', async () => {
    const { clock } = immediate;
    const { email, password, api, session } = await signUp(from(immediate, 8), { timezone: TIMEZONE });
    const [mail] = await mailsInOutbox(immediate, database.url, session.user.id);
    await api.verify(linkTokenOf(mail));
    clock.advance({ minutes: 1 });
    const change = { currentPassword: password, newPassword: `not ${password}` };
    expect((await api.post('/auth/password/change', change)).status).toBe(204);
    expect(await lastMailTo(immediate, session.user.id)).toMatchObject({
      template: 'password-changed',
      ...originOf(immediate, 8),
    });
    expect((await immediate.api.login({ email, password: change.newPassword })).status).toBe(200);
  });
});

describe('what a stranger sends', () => {
  const { api, sink } = useApp('all');

  it('reaches the mailbox as a known word at most', async () => {
    const stranger = api.with({
      'user-agent': `<a href="https://evil.example">Click</a> ${'x'.repeat(4_000)}/1 y`,
    });
    const { email } = await signUp(stranger, { locale: 'de', timezone: TIMEZONE });
    const mail = await eventually(() => {
      const found = sink.mails.find(({ envelope }) => envelope.to.includes(email));
      expect(found).toBeDefined();
      return found;
    });
    expect(mail?.text).toMatch(
      /^Zeitpunkt: \d+\. \p{L}+ \d{4} um \d\d:\d\d (MEZ|MESZ)\s+^Gerät: Unbekanntes Gerät\s+^IP-Adresse: 127\.0\.0\.1$/mu,
    );
    expect(mail?.html).toContain('>Unbekanntes Gerät</td>');
    expect(`${mail?.text} ${mail?.html}`).not.toMatch(/evil|xxx/);
  });
});
