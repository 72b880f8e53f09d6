import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { Connections } from '#libs/database';
import { MfaChallengesPurge } from '../../src/accounts/auth/second-factors/mfa-challenges.purge.js';
import { useApiApp } from '../support/api-app.js';
import { Authenticator, setUpTotp, wrongCode } from '../support/authenticator.js';
import type { Answer, ApiClient, ProblemBody, SessionBody } from '../support/client.js';
import { sentBack } from '../support/cookies.js';
import { aUser, type SignedUp, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { expectProblem } from '../support/problems.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { query } from '../support/stored.js';
import { signUpVerified } from '../support/verified-user.js';

const APP_URL = 'https://app.acme.test:8443';
const running = useApiApp({ APP_URL });
/** Another replica. */
const replica = useApiApp({ APP_URL }, running);
/** The same deployment with `REGISTRATION=verify-first`. */
const unseen = useApiApp({ REGISTRATION: 'verify-first', APP_URL }, running);
const { api, clock, database } = running;

type Signed = Answer<SessionBody & ProblemBody>;
type CreationOptions = Parameters<SoftwareAuthenticator['create']>[0];
type RequestOptions = Parameters<SoftwareAuthenticator['get']>[0];

interface Input {
  readonly mfaToken?: string;
  readonly factor?: string;
  readonly code: string;
  readonly trustDevice?: boolean;
}

const complete = (input: Input, from: ApiClient = api): Promise<Signed> =>
  from.post('/auth/login/mfa', { factor: 'totp', ...input });

/** Someone with an authenticator app. */
async function signUpWithTotp() {
  const user = await signUpVerified(running);
  return { ...user, ...(await setUpTotp(user.api, clock)) };
}

async function challenge(user: Pick<SignedUp, 'email' | 'password'>, from = api): Promise<string> {
  const problem = expectProblem(await from.login(user), 401, 'mfa-required');
  expect(problem).toMatchObject({ factors: ['totp', 'recovery-code'] });
  return (problem as unknown as { readonly mfaToken: string }).mfaToken;
}

async function templatesTo({ session }: SignedUp): Promise<string[]> {
  const mails = await mailsInOutbox(running, database.url, session.user.id);
  return mails.map(({ template }) => template).sort();
}

describe('an authenticator app', () => {
  it('is set up with a QR code, and confirmed with its first code', async () => {
    const user = await signUpVerified(running);
    const { status, body } =
      await user.api.post<Record<'otpauthUri' | 'secret' | 'qrCode', string>>('/auth/mfa/totp');
    expect(status).toBe(201);
    const uri = new URL(body.otpauthUri);
    expect([uri.protocol, uri.searchParams.get('issuer')]).toEqual(['otpauth:', 'app.acme.test:8443']);
    expect(decodeURIComponent(uri.pathname)).toBe(`/app.acme.test:8443:${user.email}`);
    expect(uri.searchParams.get('secret')).toBe(body.secret);
    expect(body.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(body.qrCode).toMatch(/^<svg [^]*<\/svg>$/);
    // Not a factor yet.
    expect((await api.login(user)).status).toBe(200);

    const app = new Authenticator(body.otpauthUri, clock);
    const confirm = (code: string) =>
      user.api.post<{ recoveryCodes: string[] }>('/auth/mfa/totp/confirm', { code });
    expectProblem(await confirm(wrongCode(app.code())), 401, 'invalid-code');
    expect((await api.login(user)).status).toBe(200);
    const confirmed = await confirm(app.code());
    expect(confirmed.status).toBe(200);
    expect(confirmed.body.recoveryCodes).toHaveLength(10);
    expect(new Set(confirmed.body.recoveryCodes).size).toBe(10);
    expect(confirmed.body.recoveryCodes[0]).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/);
    const { body: overview } = await user.api.get('/auth/mfa');
    expect(overview).toEqual({ factors: ['totp'], recoveryCodesLeft: 10 });
    expect(await templatesTo(user)).toEqual(['second-factor-added', 'verify-email']);
    expectProblem(await confirm(app.code()), 409, 'totp-exists');
    expectProblem(await user.api.post('/auth/mfa/totp'), 409, 'totp-exists');
    await challenge(user);
    // The code that confirmed it is used.
    expectProblem(await complete({ mfaToken: await challenge(user), code: app.code() }), 401, 'invalid-code');
  });

  it('can be set up anew until it is confirmed, which voids the earlier secret', async () => {
    const user = await signUpVerified(running);
    expectProblem(await user.api.post('/auth/mfa/totp/confirm', { code: '123456' }), 409, 'totp-not-started');
    const start = () => user.api.post<{ otpauthUri: string }>('/auth/mfa/totp');
    const [first, second] = [await start(), await start()].map(
      ({ body }) => new Authenticator(body.otpauthUri, clock),
    );
    const confirm = (code = '') => user.api.post('/auth/mfa/totp/confirm', { code });
    expectProblem(await confirm(first?.code()), 401, 'invalid-code');
    expect((await confirm(second?.code())).status).toBe(200);
  });

  it('can be confirmed with one of 100 codes in an hour', async () => {
    const user = await signUpVerified(running);
    const { body } = await user.api.post<{ otpauthUri: string }>('/auth/mfa/totp');
    const app = new Authenticator(body.otpauthUri, clock);
    const confirm = (code: string) => user.api.post<ProblemBody>('/auth/mfa/totp/confirm', { code });
    for (let count = 0; count < 100; count += 1) {
      expectProblem(await confirm(wrongCode(app.code(), 7)), 401, 'invalid-code');
    }
    expectProblem(await confirm(app.code()), 429, 'too-many-attempts');
    clock.advance({ hours: 1, ms: 1 });
    const { body: session } = await api.refresh(user.session.refreshToken);
    expect((await api.as(session).post('/auth/mfa/totp/confirm', { code: app.code() })).status).toBe(200);
  });

  it('is removed with its recovery codes', async () => {
    const user = await signUpWithTotp();
    expect((await user.api.delete('/auth/mfa/totp')).status).toBe(204);
    expect((await api.login(user)).status).toBe(200);
    expect((await user.api.get('/auth/mfa')).body).toEqual({ factors: [], recoveryCodesLeft: 0 });
    expect((await user.api.delete('/auth/mfa/totp')).status).toBe(204);
    expect(await templatesTo(user)).toEqual(['second-factor-added', 'second-factor-removed', 'verify-email']);
  });

  it('that was never confirmed is removed without a mail, since it was no factor yet', async () => {
    const user = await signUpVerified(running);
    await user.api.post('/auth/mfa/totp');
    expect((await user.api.delete('/auth/mfa/totp')).status).toBe(204);
    expect(await templatesTo(user)).toEqual(['verify-email']);
    expectProblem(await user.api.post('/auth/mfa/totp/confirm', { code: '123456' }), 409, 'totp-not-started');
  });

  it.each([
    ['post', '/auth/mfa/totp'],
    ['delete', '/auth/mfa/totp'],
    ['post', '/auth/mfa/recovery-codes'],
  ] as const)('needs a recent proof to be changed: %s %s', async (method, path) => {
    const user = await signUp(api);
    clock.advance({ minutes: 5, seconds: 1 });
    expectProblem(await user.api[method]<ProblemBody>(path), 401, 'step-up-required');
    expect((await user.api.get('/auth/mfa')).status).toBe(200);
  });

  it('keeps its secret sealed, for its user alone', async () => {
    const [user, other] = [await signUpVerified(running), await signUpVerified(running)];
    const { body } = await user.api.post<{ secret: string; otpauthUri: string }>('/auth/mfa/totp');
    const app = new Authenticator(body.otpauthUri, clock);
    const id = user.session.user.id;
    const [row] = await query(database.url, 'select * from accounts.totp_factors where user_id = $1', [id]);
    expect(JSON.stringify(row)).not.toContain(body.secret);
    await other.api.post('/auth/mfa/totp');
    await query(
      database.url,
      `update accounts.totp_factors set secret_sealed = (select secret_sealed from accounts.totp_factors where user_id = $1)
        where user_id = $2`,
      [id, other.session.user.id],
    );
    const stolen = await other.api.post<ProblemBody>('/auth/mfa/totp/confirm', { code: app.code() });
    expect(stolen.status).toBe(500);
  });
});

describe('signing in with a second factor', () => {
  it('completes the sign-in, and says how', async () => {
    const user = await signUpWithTotp();
    const mfaToken = await challenge(user);
    const grouped = user.app.code().replace(/^.../, '$& ');
    const { status, body } = await complete({ mfaToken, code: grouped });
    expect([status, body.user.id]).toEqual([200, user.session.user.id]);
    expect(decodeJwt(body.accessToken)['amr']).toEqual(['pwd', 'otp', 'mfa']);
    expect((await api.as(body).me()).status).toBe(200);
    clock.advance({ seconds: 30 });
    expectProblem(await complete({ mfaToken, code: user.app.code() }), 401, 'invalid-mfa-token');
  });

  it.each([-2, -1, 0, 1, 2])(
    'accepts the code of %i steps from now if it is one step away at most',
    async (skew) => {
      const user = await signUpWithTotp();
      clock.advance({ minutes: 2 });
      const { status } = await complete({ mfaToken: await challenge(user), code: user.app.code(skew) });
      expect(status).toBe(Math.abs(skew) <= 1 ? 200 : 401);
    },
  );

  it('uses each code once, on whatever replica', async () => {
    const user = await signUpWithTotp();
    const tokens = await Promise.all(Array.from({ length: 6 }, () => challenge(user)));
    const code = user.app.code();
    const answers = await Promise.all(
      tokens.map((mfaToken, n) => complete({ mfaToken, code }, n % 2 === 0 ? api : replica.api)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    // Nor an earlier one that was still valid.
    const mfaToken = await challenge(user);
    expectProblem(await complete({ mfaToken, code: user.app.code(-1) }), 401, 'invalid-code');
    expect((await complete({ mfaToken, code: user.app.code(1) })).status).toBe(200);
  });

  it('can be tried five times, within five minutes', async () => {
    const user = await signUpWithTotp();
    const mfaToken = await challenge(user);
    const guesses = [1, 2, 3, 4].map((by) => complete({ mfaToken, code: wrongCode(user.app.code(), by) }));
    for (const answer of await Promise.all(guesses)) {
      expectProblem(answer, 401, 'invalid-code');
    }
    expectProblem(await complete({ mfaToken, code: wrongCode(user.app.code(), 5) }), 401, 'invalid-code');
    expectProblem(await complete({ mfaToken, code: user.app.code() }), 401, 'invalid-mfa-token');

    const late = await challenge(user);
    clock.advance({ minutes: 4, seconds: 59 });
    expectProblem(await complete({ mfaToken: late, code: wrongCode(user.app.code()) }), 401, 'invalid-code');
    clock.advance({ seconds: 1 });
    expectProblem(await complete({ mfaToken: late, code: user.app.code() }), 401, 'invalid-mfa-token');
    clock.advance({ ms: 1 });
    const accounts = running.app.get(Connections).database('accounts');
    await new MfaChallengesPurge(accounts, clock).purge(new AbortController().signal);
    const rows = 'select 1 from accounts.mfa_challenges where user_id = $1';
    expect(await query(database.url, rows, [user.session.user.id])).toEqual([]);
  });

  it("does not take another user's code, nor a made-up token", async () => {
    const [user, other] = [await signUpWithTotp(), await signUpWithTotp()];
    clock.advance({ seconds: 30 });
    if (user.app.code() !== other.app.code()) {
      const mfaToken = await challenge(user);
      expectProblem(await complete({ mfaToken, code: other.app.code() }), 401, 'invalid-code');
      expectProblem(
        await complete({ mfaToken, factor: 'recovery-code', code: other.recoveryCodes[0] ?? '' }),
        401,
        'invalid-code',
      );
    }
    expectProblem(await complete({ mfaToken: 'made-up', code: user.app.code() }), 401, 'invalid-mfa-token');
    expectProblem(
      await complete({ mfaToken: 'made-up', factor: 'sms', code: '123456' }),
      400,
      'invalid-input',
    );
  });

  it('is void once all sessions are ended', async () => {
    const user = await signUpWithTotp();
    const mfaToken = await challenge(user);
    const change = { currentPassword: user.password, newPassword: 'four quiet herons' };
    expect((await user.api.post('/auth/password/change', change)).status).toBe(204);
    expectProblem(await complete({ mfaToken, code: user.app.code() }), 401, 'invalid-mfa-token');
  });

  it('is no way in for the suspended', async () => {
    const user = await signUpWithTotp();
    const mfaToken = await challenge(user);
    const suspend = `update accounts.users set status = 'suspended' where id = $1`;
    await query(database.url, suspend, [user.session.user.id]);
    expectProblem(await complete({ mfaToken, code: user.app.code() }), 401, 'invalid-credentials');
  });

  it('limits wrong codes to 100 in an hour, but not on devices of the owner', async () => {
    const user = await signUpWithTotp();
    const browser = api.with({ origin: APP_URL });
    const known = browser.with({
      cookie: sentBack(await complete({ mfaToken: await challenge(user), code: user.app.code() }, browser)),
    });
    for (let round = 0; round < 20; round += 1) {
      const mfaToken = await challenge(user);
      const guesses = [1, 2, 3, 4, 5].map((by) =>
        complete({ mfaToken, code: wrongCode(user.app.code(), by) }),
      );
      await Promise.all(guesses);
    }
    clock.advance({ seconds: 30 });
    const refused = await complete({ mfaToken: await challenge(user), code: user.app.code() });
    expectProblem(refused, 429, 'too-many-attempts');
    expect((await complete({ mfaToken: await challenge(user), code: user.app.code() }, known)).status).toBe(
      200,
    );
  });
});

describe('someone who tries codes', () => {
  const guess = async (user: Awaited<ReturnType<typeof signUpWithTotp>>, count: number) => {
    for (let left = count; left > 0; left -= 5) {
      const mfaToken = await challenge(user);
      const guesses = Array.from({ length: Math.min(left, 5) }, (_, by) =>
        complete({ mfaToken, code: wrongCode(user.app.code(), by + 1) }),
      );
      await Promise.all(guesses);
    }
  };
  const warningsTo = async (user: SignedUp): Promise<number> =>
    (await templatesTo(user)).filter((template) => template === 'second-factor-guessed').length;

  it('gives away that they know the password: the owner is told, once a day', async () => {
    const user = await signUpWithTotp();
    await guess(user, 9);
    expect(await warningsTo(user)).toBe(0);
    await guess(user, 101);
    expectProblem(
      await complete({ mfaToken: await challenge(user), code: user.app.code() }),
      429,
      'too-many-attempts',
    );
    expect(await warningsTo(user)).toBe(1);
    clock.advance({ hours: 23, minutes: 59 });
    await guess(user, 12);
    expect(await warningsTo(user)).toBe(1);
    clock.advance({ minutes: 2 });
    await guess(user, 12);
    expect(await warningsTo(user)).toBe(2);
  });

  it("is not told to an address that was never verified, which may be anyone's", async () => {
    const user = await signUp(api);
    await guess({ ...user, ...(await setUpTotp(user.api, clock)) }, 12);
    expect(await warningsTo(user)).toBe(0);
  });

  it('is not the owner who mistypes a code a few times a day', async () => {
    const user = await signUpWithTotp();
    for (let hour = 0; hour < 3; hour += 1) {
      await guess(user, 5);
      clock.advance({ hours: 1, seconds: 1 });
    }
    expect(await warningsTo(user)).toBe(0);
  });
});

describe('a recovery code', () => {
  it('works once, however it is written, and the owner is told', async () => {
    const user = await signUpWithTotp();
    const [first = '', second = ''] = user.recoveryCodes;
    const tokens = await Promise.all([challenge(user), challenge(user)]);
    const both = await Promise.all(
      tokens.map((mfaToken) => complete({ mfaToken, factor: 'recovery-code', code: first })),
    );
    expect(both.map(({ status }) => String(status)).sort()).toEqual(['200', '401']);
    const spelled = ` ${second.toUpperCase().replace('-', ' ')}`;
    const { status, body } = await complete({
      mfaToken: await challenge(user),
      factor: 'recovery-code',
      code: spelled,
    });
    expect([status, decodeJwt(body.accessToken)['amr']]).toEqual([200, ['pwd', 'otp', 'mfa']]);
    const templates = await templatesTo(user);
    expect(templates.filter((template) => template === 'recovery-code-used')).toHaveLength(2);
    const { body: overview } = await user.api.get('/auth/mfa');
    expect(overview).toEqual({ factors: ['totp'], recoveryCodesLeft: 8 });
  });

  it('is void once there are new ones', async () => {
    const user = await signUpWithTotp();
    const { status, body } = await user.api.post<{ recoveryCodes: string[] }>('/auth/mfa/recovery-codes');
    expect([status, body.recoveryCodes.length]).toEqual([201, 10]);
    const use = async (code = '') =>
      complete({ mfaToken: await challenge(user), factor: 'recovery-code', code });
    expectProblem(await use(user.recoveryCodes[0]), 401, 'invalid-code');
    expect((await use(body.recoveryCodes[0])).status).toBe(200);
  });

  it('needs a second factor that it can replace', async () => {
    const user = await signUp(api);
    expectProblem(await user.api.post('/auth/mfa/recovery-codes'), 409, 'no-second-factor');
  });

  it('is stored as a keyed hash', async () => {
    const user = await signUpWithTotp();
    const rows = await query(
      database.url,
      'select code_hash from accounts.recovery_codes where user_id = $1',
      [user.session.user.id],
    );
    expect(rows).toHaveLength(10);
    const stored = JSON.stringify(rows);
    for (const code of user.recoveryCodes) {
      expect(stored).not.toContain(code.replace('-', ''));
    }
  });
});

describe('a trusted device', () => {
  it('is not asked for a second factor for 30 days', async () => {
    const user = await signUpWithTotp();
    const answer = await complete({
      mfaToken: await challenge(user),
      code: user.app.code(),
      trustDevice: true,
    });
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-gatehouse-trusted-device=[\w.-]+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      ),
    ]);
    const trusted = api.with({ cookie: sentBack(answer) });
    const signedIn = await trusted.login(user);
    expect([signedIn.status, decodeJwt(signedIn.body.accessToken)['amr']]).toEqual([200, ['pwd']]);
    // Signing out ends the session, not the trust.
    expect((await api.as(signedIn.body).post('/auth/logout')).status).toBe(204);
    expect((await trusted.login(user)).status).toBe(200);
    // Not for someone else, and not when it's made up.
    await challenge(await signUpWithTotp(), trusted);
    await challenge(user, api.with({ cookie: sentBack(answer).replace('=', '=9') }));
    clock.advance({ hours: 30 * 24 });
    await challenge(user, trusted);
  });

  it('is asked again after all sessions were ended', async () => {
    const user = await signUpWithTotp();
    const input = { mfaToken: await challenge(user), code: user.app.code(), trustDevice: true };
    const trusted = api.with({ cookie: sentBack(await complete(input)) });
    const change = { currentPassword: user.password, newPassword: 'four quiet herons' };
    expect((await user.api.post('/auth/password/change', change)).status).toBe(204);
    await challenge({ ...user, password: 'four quiet herons' }, trusted);
  });

  it('is asked again after its user has said that a sign-in was not theirs', async () => {
    const user = await signUpWithTotp();
    const input = { mfaToken: await challenge(user), code: user.app.code(), trustDevice: true };
    const trusted = api.with({ cookie: sentBack(await complete(input)) });
    expect((await trusted.login(user)).status).toBe(200);
    await query(database.url, 'update accounts.users set devices_known_since = $2 where id = $1', [
      user.session.user.id,
      new Date(clock.millis() + 1),
    ]);
    await challenge(user, trusted);
  });

  it('is only trusted if its user says so', async () => {
    const user = await signUpWithTotp();
    const answer = await complete({ mfaToken: await challenge(user), code: user.app.code() });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});

describe('a second factor', () => {
  it('is a proof for a step-up, too', async () => {
    const user = await signUpWithTotp();
    clock.advance({ minutes: 6 });
    const stepUp = (body: object) => user.api.post<SessionBody & ProblemBody>('/auth/step-up', body);
    expectProblem(await stepUp({ factor: 'totp', code: wrongCode(user.app.code()) }), 401, 'invalid-code');
    const code = user.app.code();
    const { status, body } = await stepUp({ factor: 'totp', code });
    expect(status).toBe(200);
    expect(decodeJwt(body.accessToken)['amr']).toEqual(['pwd', 'otp', 'mfa']);
    expect((await api.as(body).delete('/auth/mfa/totp')).status).toBe(204);
    for (const mixed of [{}, { factor: 'totp' }, { code }, { password: 'x', factor: 'totp', code }]) {
      expectProblem(await stepUp(mixed), 400, 'invalid-input');
    }
  });

  it('can be a passkey, for those who have an app, too', async () => {
    const user = await signUpWithTotp();
    const { body: creation } = await user.api.post<CreationOptions>('/auth/passkeys/options');
    const device = new SoftwareAuthenticator(APP_URL);
    expect((await user.api.post('/auth/passkeys', device.create(creation))).status).toBe(201);
    const problem = expectProblem(await api.login(user), 401, 'mfa-required');
    expect(problem).toMatchObject({ factors: ['totp', 'passkey', 'recovery-code'] });
    const { mfaToken } = problem as unknown as { mfaToken: string };
    const signed = async (by = device) =>
      by.get((await api.post<RequestOptions>('/auth/passkeys/login/options')).body);
    const present = (code: unknown) =>
      api.post<SessionBody & ProblemBody>('/auth/login/mfa', { mfaToken, factor: 'passkey', code });

    const other = await signUpWithTotp();
    const { body: theirs } = await other.api.post<CreationOptions>('/auth/passkeys/options');
    const stranger = new SoftwareAuthenticator(APP_URL);
    await other.api.post('/auth/passkeys', stranger.create(theirs));
    for (const wrongCode of [await signed(stranger), 'not JSON', '{"id":"a"}', '[1,2,3]', 'null  ']) {
      expectProblem(await present(wrongCode), 401, 'invalid-code');
    }
    expectProblem(await present(await signed()), 401, 'invalid-mfa-token');
    const again = expectProblem(await api.login(user), 401, 'mfa-required') as unknown as {
      mfaToken: string;
    };
    const assertion = await signed();
    const { status, body } = await api.post<SessionBody>('/auth/login/mfa', {
      mfaToken: again.mfaToken,
      factor: 'passkey',
      code: assertion,
    });
    expect([status, decodeJwt(body.accessToken)['amr']]).toEqual([200, ['pwd', 'pop', 'mfa']]);
    // As text, too, and each answer works once.
    const stepUp = (code: string) => user.api.post<ProblemBody>('/auth/step-up', { factor: 'passkey', code });
    expect((await stepUp(JSON.stringify(await signed()))).status).toBe(200);
    expectProblem(await stepUp(JSON.stringify(assertion)), 401, 'invalid-code');
  });

  it('is no proof before it is confirmed', async () => {
    const user = await signUp(api);
    const { body } = await user.api.post<{ otpauthUri: string }>('/auth/mfa/totp');
    const code = new Authenticator(body.otpauthUri, clock).code();
    const stepUp = await user.api.post<ProblemBody>('/auth/step-up', { factor: 'totp', code });
    expectProblem(stepUp, 401, 'invalid-code');
  });

  it('of someone who registered the address goes when its owner takes the account', async () => {
    const squatter = await signUp(api);
    await setUpTotp(squatter.api, clock);
    expect(await templatesTo(squatter)).toEqual(['verify-email']);
    await api.post('/auth/password/forgot', { email: squatter.email });
    const mails = await mailsInOutbox(running, database.url, squatter.session.user.id);
    const reset = { token: linkTokenOf(mails.at(-1)), password: 'four quiet herons' };
    expect((await api.post('/auth/password/reset', reset)).status).toBe(204);
    expect((await api.login({ ...squatter, password: 'four quiet herons' })).status).toBe(200);
    const left = 'select 1 from accounts.totp_factors where user_id = $1';
    expect(await query(database.url, left, [squatter.session.user.id])).toEqual([]);
  });

  it('goes, too, when a later registration of the address is confirmed', async () => {
    const squatter = await signUp(api);
    await setUpTotp(squatter.api, clock);
    clock.advance({ minutes: 2 });
    const owner = aUser({ email: squatter.email });
    await unseen.api.register(owner);
    const mails = await mailsInOutbox(running, database.url, squatter.session.user.id);
    expect((await unseen.api.verify(linkTokenOf(mails.at(-1)), owner.password)).status).toBe(204);
    expect((await unseen.api.login(owner)).status).toBe(200);
  });

  it('is needed after a one-time code, too', async () => {
    const user = await signUpWithTotp();
    await api.post('/auth/otp', { email: user.email });
    const mails = await mailsInOutbox(running, database.url, user.session.user.id);
    const code = mails.at(-1)?.data['code'];
    const problem = expectProblem(
      await api.post('/auth/otp/verify', { email: user.email, code }),
      401,
      'mfa-required',
    );
    const { mfaToken } = problem as unknown as { mfaToken: string };
    const { status, body } = await complete({ mfaToken, code: user.app.code() });
    expect([status, decodeJwt(body.accessToken)['amr']]).toEqual([200, ['otp', 'mfa']]);
  });
});
