import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { IdSource } from '#libs/clock';
import { useApiApp } from '../support/api-app.js';
import { setUpTotp, wrongCode } from '../support/authenticator.js';
import type { ProblemBody } from '../support/client.js';
import { sentBack } from '../support/cookies.js';
import { signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { query } from '../support/stored.js';
import { signUpVerified } from '../support/verified-user.js';

const APP_URL = 'https://app.acme.test';
const running = useApiApp({ APP_URL });
const { api, clock, database } = running;

type Series = Readonly<Record<string, number>>;

/** What the counters of sign-ins say, by their labels. */
async function counted(): Promise<Series> {
  const found: Record<string, number> = {};
  for (const { name, values } of await running.app.get(Registry).getMetricsAsJSON()) {
    if (/^gatehouse_(sign_ins|credential_checks|refresh_token_reuses)_total$/.test(name)) {
      for (const { labels, value } of values) {
        const { method, kind, result } = labels as Readonly<Record<string, string | undefined>>;
        found[[method ?? kind ?? 'refresh', result ?? 'reused'].join(' ')] = value;
      }
    }
  }
  return found;
}

/** By how much they grow. */
async function countedBy(act: () => Promise<unknown>): Promise<Series> {
  const before = await counted();
  await act();
  const after = Object.entries(await counted());
  return Object.fromEntries(
    after.map(([name, value]) => [name, value - (before[name] ?? 0)]).filter(([, by]) => by !== 0),
  ) as Series;
}

describe('the metrics of sign-ins', () => {
  it('start from zero, so that the first of each counts', async () => {
    const checks = ['password', 'one-time-code', 'second-factor', 'step-up', 'link'].flatMap((kind) =>
      ['right', 'wrong', 'blocked'].map((result) => `${kind} ${result}`),
    );
    const signIns = ['password', 'one-time-code', 'passkey', 'provider'].flatMap((method) =>
      ['session', 'challenge'].map((result) => `${method} ${result}`),
    );
    const all = [...checks, ...signIns, 'refresh reused'];
    expect(Object.keys(await counted()).sort()).toEqual(all.sort());
  });

  it('tell right and wrong passwords apart', async () => {
    const user = await signUp(api);
    expect(await countedBy(() => api.login(user))).toEqual({ 'password right': 1, 'password session': 1 });
    const wrong = { ...user, password: 'a guess of mine' };
    expect(await countedBy(() => api.login(wrong))).toEqual({ 'password wrong': 1 });
    expect(await countedBy(() => api.login({ ...user, email: 'nobody@acme.test' }))).toEqual({
      'password wrong': 1,
    });
  });

  it('count a second factor apart from the sign-in that it completes', async () => {
    const user = await signUp(api);
    await user.api.post('/auth/mfa/totp');
    // One of a million codes is right.
    const guess = () => user.api.post('/auth/mfa/totp/confirm', { code: '123456' });
    expect(await countedBy(guess)).toEqual({ 'step-up wrong': 1 });
    const { app } = await setUpTotp(user.api, clock);
    const stepUp = () => user.api.post('/auth/step-up', { factor: 'totp', code: wrongCode(app.code()) });
    expect(await countedBy(stepUp)).toEqual({ 'step-up wrong': 1 });
    let mfaToken = '';
    const signIn = async (): Promise<void> => {
      const problem = expectProblem(await api.login(user), 401, 'mfa-required');
      ({ mfaToken } = problem as unknown as { readonly mfaToken: string });
    };
    expect(await countedBy(signIn)).toEqual({ 'password right': 1, 'password challenge': 1 });
    const complete = (code: string) => api.post('/auth/login/mfa', { mfaToken, factor: 'totp', code });
    expect(await countedBy(() => complete(wrongCode(app.code())))).toEqual({ 'second-factor wrong': 1 });
    expect(await countedBy(() => complete(app.code()))).toEqual({
      'second-factor right': 1,
      'password session': 1,
    });
  });

  it('know one-time codes and passkeys', async () => {
    const user = await signUpVerified(running);
    expect((await api.post('/auth/otp', { email: user.email })).status).toBe(202);
    const mails = await mailsInOutbox(running, database.url, user.session.user.id);
    const code = mails.find(({ template }) => template === 'sign-in-code')?.data['code'] ?? '';
    const verify = (sent: string) => api.post('/auth/otp/verify', { email: user.email, code: sent });
    expect(await countedBy(() => verify(wrongCode(code)))).toEqual({ 'one-time-code wrong': 1 });
    expect(await countedBy(() => verify(code))).toEqual({
      'one-time-code right': 1,
      'one-time-code session': 1,
    });

    const device = new SoftwareAuthenticator(APP_URL);
    const creation = await user.api.post<Parameters<typeof device.create>[0]>('/auth/passkeys/options');
    expect((await user.api.post('/auth/passkeys', device.create(creation.body))).status).toBe(201);
    const request = await api.post<Parameters<typeof device.get>[0]>('/auth/passkeys/login/options');
    expect(await countedBy(() => api.post('/auth/passkeys/login', device.get(request.body)))).toEqual({
      'passkey session': 1,
    });
  });

  it('count the same on a device that the user has signed in on', async () => {
    const user = await signUpVerified(running);
    const known = api.with({ cookie: sentBack(await api.with({ origin: APP_URL }).login(user)) });
    expect(await countedBy(() => known.login({ ...user, password: 'a guess of mine' }))).toEqual({
      'password wrong': 1,
    });
    const verify = () => known.post('/auth/otp/verify', { email: user.email, code: '123456' });
    expect(await countedBy(verify)).toEqual({ 'one-time-code wrong': 1 });
    const { app } = await setUpTotp(user.api, clock);
    const { mfaToken } = expectProblem(await known.login(user), 401, 'mfa-required') as unknown as {
      readonly mfaToken: string;
    };
    const code = wrongCode(app.code());
    const complete = () => known.post('/auth/login/mfa', { mfaToken, factor: 'totp', code });
    expect(await countedBy(complete)).toEqual({ 'second-factor wrong': 1 });
  });

  it('know passwords that are sent again with a link that has set one', async () => {
    const user = await signUpVerified(running);
    clock.advance({ minutes: 1 });
    await api.post('/auth/password/forgot', { email: user.email });
    const mails = await mailsInOutbox(running, database.url, user.session.user.id);
    const token = linkTokenOf(mails.find(({ template }) => template === 'reset-password'));
    const reset = (password: string) => api.post('/auth/password/reset', { token, password });
    expect(await countedBy(() => reset('four quiet herons'))).toEqual({});
    expect(await countedBy(() => reset('four quiet herons'))).toEqual({ 'link right': 1 });
    expect(await countedBy(() => reset('four loud herons'))).toEqual({ 'link wrong': 1 });
  });

  it('say when too many wrong ones block another', async () => {
    const user = await signUp(api);
    const ids = running.app.get(IdSource);
    const [, payload = ''] = user.session.accessToken.split('.');
    const { sid } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly sid: string };
    await query(database.url, 'insert into accounts.failed_attempts values ($1, $2, $3)', [
      `session:${sid}`,
      Array.from({ length: 100 }, () => ids.next(clock.now())),
      new Date(clock.millis() + 3_600_000),
    ]);
    const stepUp = () => user.api.post<ProblemBody>('/auth/step-up', { password: user.password });
    expect(await countedBy(async () => expectProblem(await stepUp(), 429, 'too-many-attempts'))).toEqual({
      'step-up blocked': 1,
    });
  });

  it('count refresh tokens that are used twice', async () => {
    const { session } = await signUp(api);
    const refresh = () => api.refresh(session.refreshToken);
    expect(await countedBy(refresh)).toEqual({});
    clock.advance({ seconds: 11 });
    expect(await countedBy(async () => expectProblem(await refresh(), 401, 'refresh-token-reused'))).toEqual({
      'refresh reused': 1,
    });
  });
});
