import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { Connections } from '#libs/database';
import { PasskeyChallengesPurge } from '../../src/accounts/auth/passkeys/passkey-challenges.purge.js';
import { useApiApp } from '../support/api-app.js';
import { setUpTotp } from '../support/authenticator.js';
import type { Answer, ListBody, ProblemBody, SessionBody } from '../support/client.js';
import { type SignedUp, signIn, signUp } from '../support/factories.js';
import { linkTokenOf, mailsInOutbox } from '../support/mail-outbox.js';
import { newPasskey } from '../support/passkeys.js';
import { expectProblem } from '../support/problems.js';
import { type Misbehaviour, SoftwareAuthenticator } from '../support/software-authenticator.js';
import { eventually } from '../support/servers.js';
import { countWaiting, openTransaction, query } from '../support/stored.js';
import { signUpVerified } from '../support/verified-user.js';

const ORIGIN = 'https://app.acme.test';
const running = useApiApp({ APP_URL: ORIGIN, WEBAUTHN_RP_ID: 'acme.test' });
const { api, clock, database } = running;

interface PasskeyBody {
  readonly id: string;
  readonly name: string;
  readonly backedUp: boolean;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}
type CreationOptions = Parameters<SoftwareAuthenticator['create']>[0];
type RequestOptions = Parameters<SoftwareAuthenticator['get']>[0];

async function optionsFor({ api: user }: SignedUp): Promise<CreationOptions> {
  const { status, body } = await user.post<CreationOptions>('/auth/passkeys/options');
  expect(status).toBe(200);
  return body;
}

async function addPasskey(
  user: SignedUp,
  wrong: Misbehaviour = {},
  device = new SoftwareAuthenticator(ORIGIN),
) {
  const created = device.create(await optionsFor(user), wrong);
  const answer = await user.api.post<PasskeyBody & ProblemBody>('/auth/passkeys', created);
  return { device, created, answer };
}

async function loginOptions(): Promise<RequestOptions> {
  const { status, body } = await api.post<RequestOptions>('/auth/passkeys/login/options');
  expect(status).toBe(200);
  return body;
}

async function login(device: SoftwareAuthenticator, wrong: Misbehaviour = {}) {
  return submit(device.get(await loginOptions(), wrong));
}

function submit(assertion: object): Promise<Answer<SessionBody & ProblemBody>> {
  return api.post('/auth/passkeys/login', assertion);
}

const list = (user: SignedUp) => user.api.get<ListBody<PasskeyBody>>('/auth/passkeys');

describe('too many passkeys', () => {
  it('are refused from the 51st on, also if it was begun before', async () => {
    const user = await signUpVerified(running);
    await addPasskey(user);
    const fill = `insert into accounts.passkeys
        (id, user_id, credential_id, public_key, counter, backed_up, transports, name, version, created_at)
      select gen_random_uuid(), user_id, credential_id || n, public_key, 0, false, '{}', 'x', 1, now()
        from accounts.passkeys, generate_series(1, 48) n where user_id = $1`;
    await query(database.url, fill, [user.session.user.id]);
    const [last, late] = [await newPasskey(user.api, ORIGIN), await newPasskey(user.api, ORIGIN)];
    expect((await user.api.post('/auth/passkeys', last.created)).status).toBe(201);
    expectProblem(await user.api.post('/auth/passkeys', late.created), 409, 'too-many-passkeys');
    expectProblem(await user.api.post('/auth/passkeys/options'), 409, 'too-many-passkeys');
  });
});

describe('a passkey', () => {
  it('that was begun before its account got an owner is not added to it', async () => {
    const squatter = await signUp(api);
    const { created } = await newPasskey(squatter.api, ORIGIN);
    await api.post('/auth/password/forgot', { email: squatter.email });
    const mails = await mailsInOutbox(running, database.url, squatter.session.user.id);
    const owner = { ...squatter, password: 'four quiet herons' };
    const reset = { token: linkTokenOf(mails.at(-1)), password: owner.password };
    expect((await api.post('/auth/password/reset', reset)).status).toBe(204);
    const { api: own } = await signIn(api, owner);
    expectProblem(await own.post('/auth/passkeys', created), 400, 'passkey-rejected');
  });

  it('signs in without an address or a password, and counts as two factors', async () => {
    const user = await signUpVerified(running);
    const options = await optionsFor(user);
    expect(options).toMatchObject({
      rp: { id: 'acme.test', name: 'acme.test' },
      user: { name: user.email, displayName: user.email },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ alg, type: 'public-key' })),
      timeout: 300_000,
    });
    expect(await loginOptions()).toMatchObject({
      rpId: 'acme.test',
      userVerification: 'required',
      timeout: 300_000,
    });
    const device = new SoftwareAuthenticator(ORIGIN);
    const added = await user.api.post<PasskeyBody>('/auth/passkeys', {
      ...device.create(options),
      name: "Ada's phone",
    });
    expect([added.status, added.body]).toEqual([
      201,
      {
        id: expect.any(String),
        name: "Ada's phone",
        backedUp: true,
        createdAt: clock.now().toISOString(),
        lastUsedAt: null,
      },
    ]);
    await setUpTotp(user.api, clock);
    clock.advance({ hours: 1 });
    const { status, body } = await login(device);
    expect([status, body.user.id]).toEqual([200, user.session.user.id]);
    expect(decodeJwt(body.accessToken)['amr']).toEqual(['pop', 'mfa']);
    expect((await api.as(body).me()).status).toBe(200);
    const { body: passkeys } = await list({ ...user, api: api.as(body) });
    expect(passkeys.items).toEqual([{ ...added.body, lastUsedAt: clock.now().toISOString() }]);
    const mails = await mailsInOutbox(running, database.url, user.session.user.id);
    expect(mails.map(({ template }) => template)).toContain('passkey-added');
  });

  it.each([true, false])('signs in again and again, whether or not it counts: %s', async (counts) => {
    const user = await signUpVerified(running);
    const { device } = await addPasskey(user, {}, new SoftwareAuthenticator(ORIGIN, counts));
    for (const _ of [1, 2, 3]) {
      clock.advance({ minutes: 1 });
      expect((await login(device)).status).toBe(200);
      expect((await list(user)).body.items).toMatchObject([{ lastUsedAt: clock.now().toISOString() }]);
    }
  });

  it('is known to the browser that makes another one, with its name for the user and how to reach it', async () => {
    const user = await signUpVerified(running);
    await user.api.patch('/users/me', { displayName: 'Ada' });
    const device = new SoftwareAuthenticator(ORIGIN);
    const created = device.create(await optionsFor(user));
    const transports = ['quantum', 'internal', 'hybrid'];
    const response = { ...created.response, transports };
    expect((await user.api.post('/auth/passkeys', { ...created, response })).status).toBe(201);
    expect(await optionsFor(user)).toMatchObject({
      user: { name: user.email, displayName: 'Ada' },
      excludeCredentials: [{ id: created.id, type: 'public-key', transports: ['hybrid', 'internal'] }],
    });
  });

  it('says whether it is backed up as of its latest sign-in', async () => {
    const user = await signUpVerified(running);
    const { device, answer } = await addPasskey(user, { backedUp: false });
    expect(answer.body.backedUp).toBe(false);
    for (const backedUp of [true, false]) {
      expect((await login(device, { backedUp })).status).toBe(200);
      expect((await list(user)).body.items).toMatchObject([{ backedUp }]);
    }
  });

  it('is no way in for the suspended', async () => {
    const user = await signUpVerified(running);
    const { device } = await addPasskey(user);
    await query(database.url, `update accounts.users set status = 'suspended' where id = $1`, [
      user.session.user.id,
    ]);
    expectProblem(await login(device), 401, 'invalid-credentials');
  });

  it('of someone who registered the address goes when its owner takes the account', async () => {
    const squatter = await signUp(api);
    const { device } = await addPasskey(squatter);
    await api.post('/auth/password/forgot', { email: squatter.email });
    const mails = await mailsInOutbox(running, database.url, squatter.session.user.id);
    const mail = mails.find(({ template }) => template === 'reset-password');
    const reset = { token: linkTokenOf(mail), password: 'four quiet herons' };
    expect((await api.post('/auth/password/reset', reset)).status).toBe(204);
    expectProblem(await login(device), 401, 'invalid-passkey');
  });
});

const ANOTHER_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** WebAuthn Level 3, section 7: what has to be checked, and what happens otherwise. */
const WRONG: readonly [what: string, Misbehaviour][] = [
  ['another origin', { origin: 'https://evil.test' }],
  ['a subdomain that is not listed', { origin: 'https://evil.acme.test' }],
  ['the domain over plain http', { origin: 'http://app.acme.test' }],
  ['another relying party', { rpId: 'evil.test' }],
  ['a made-up challenge', { challenge: randomBytes(32).toString('base64url') }],
  ['no verified user', { verified: false }],
  ['nobody there', { present: false }],
  ['the wrong ceremony', { type: 'payment.get' }],
  ['a frame in a page of someone else', { crossOrigin: true }],
  ['a frame in a page that says who it is', { crossOrigin: true, topOrigin: 'https://evil.test' }],
];

describe('adding a passkey', () => {
  it.each([...WRONG, ['an algorithm that nobody asked for', { algorithm: -65535 }] as const])(
    'is refused with %s',
    async (_, wrong) => {
      const user = await signUpVerified(running);
      const { answer } = await addPasskey(user, wrong);
      expectProblem(answer, 400, 'passkey-rejected');
      expect((await list(user)).body.items).toEqual([]);
    },
  );

  it('says so if the page may not use passkeys here', async () => {
    const user = await signUpVerified(running);
    const { answer } = await addPasskey(user, { origin: 'http://localhost:5173' });
    expect(answer.body.detail).toBe(
      "Pages from http://localhost:5173 can't use passkeys here. WEBAUTHN_ORIGINS lists the origins that can.",
    );
    const { device } = await addPasskey(user);
    const { body } = await login(device, { origin: 'https://evil.acme.test/path' });
    expect(body.detail).toMatch(/^Pages from https:\/\/evil\.acme\.test can't use/);
  });

  it('works once for each of the options, and only for the user who got them', async () => {
    const [user, other] = [await signUpVerified(running), await signUpVerified(running)];
    const options = await optionsFor(user);
    const device = new SoftwareAuthenticator(ORIGIN);
    const created = device.create(options);
    expectProblem(await other.api.post<ProblemBody>('/auth/passkeys', created), 400, 'passkey-rejected');
    const both = await Promise.all([1, 2].map(() => user.api.post('/auth/passkeys', created)));
    expect(both.map(({ status }) => String(status)).sort()).toEqual(['201', '400']);
    // Options to sign in are something else.
    const signIn = { ...options, challenge: (await loginOptions()).challenge };
    expectProblem(
      await user.api.post<ProblemBody>('/auth/passkeys', new SoftwareAuthenticator(ORIGIN).create(signIn)),
      400,
      'passkey-rejected',
    );
  });

  it('is refused if the account gets its owner meanwhile, who ends all sessions', async () => {
    const user = await signUpVerified(running);
    const created = new SoftwareAuthenticator(ORIGIN).create(await optionsFor(user));
    const { id } = user.session.user;
    const owner = await openTransaction(database.url);
    await owner.query('select 1 from accounts.users where id = $1 for update', [id]);
    await owner.query('update accounts.sessions set ended_at = now() where user_id = $1', [id]);
    const adding = user.api.post<ProblemBody>('/auth/passkeys', created);
    await eventually(async () => expect(await countWaiting(database.url, '%users%')).toBe(1));
    await owner.query('commit');
    expectProblem(await adding, 401, 'unauthenticated');
    const rows = 'select 1 from accounts.passkeys where user_id = $1';
    expect(await query(database.url, rows, [id])).toEqual([]);
  });

  it('is done once, even if the response is lost and the request repeated', async () => {
    const user = await signUpVerified(running);
    const created = new SoftwareAuthenticator(ORIGIN).create(await optionsFor(user));
    const add = () => user.api.with({ 'idempotency-key': 'one' }).post('/auth/passkeys', created);
    const [first, again] = [await add(), await add()];
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
  });

  it('has to happen within five minutes, and then the options go', async () => {
    const user = await signUpVerified(running);
    const created = new SoftwareAuthenticator(ORIGIN).create(await optionsFor(user));
    clock.advance({ minutes: 5 });
    expectProblem(await user.api.post<ProblemBody>('/auth/passkeys', created), 400, 'passkey-rejected');
    clock.advance({ ms: 1 });
    const accounts = running.app.get(Connections).database('accounts');
    await new PasskeyChallengesPurge(accounts, clock).purge(new AbortController().signal);
    const rows = 'select 1 from accounts.passkey_challenges where user_id = $1';
    expect(await query(database.url, rows, [user.session.user.id])).toEqual([]);
  });

  it('refuses a passkey that is known, even to someone else', async () => {
    const [user, other] = [await signUpVerified(running), await signUpVerified(running)];
    const { device, created } = await addPasskey(user);
    const { body } = await user.api.post<{ excludeCredentials: object[] }>('/auth/passkeys/options');
    expect(body.excludeCredentials).toMatchObject([{ id: created.id }]);
    for (const someone of [user, other]) {
      const again = await addPasskey(someone, {}, device);
      expectProblem(again.answer, 409, 'passkey-exists');
    }
  });

  it.each([
    [{}, 'invalid-input'],
    [{ id: 'a', rawId: 'a', type: 'public-key', response: {} }, 'passkey-rejected'],
    [{ id: 'a', rawId: 'a', type: 'public-key', response: { clientDataJSON: 5 } }, 'passkey-rejected'],
    [{ id: 'a', rawId: 'a', type: 'password', response: {} }, 'invalid-input'],
    [{ id: 'a', rawId: 'a', type: 'public-key', response: 'x' }, 'invalid-input'],
  ])('answers nonsense with a clear problem: %j', async (body, code) => {
    const user = await signUp(api);
    expectProblem(await user.api.post<ProblemBody>('/auth/passkeys', body), 400, code);
  });

  it.each([
    ['post', '/auth/passkeys/options'],
    ['delete', '/auth/passkeys/0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10'],
  ] as const)('needs a recent proof: %s %s', async (method, path) => {
    const user = await signUp(api);
    clock.advance({ minutes: 5, seconds: 1 });
    expectProblem(await user.api[method]<ProblemBody>(path), 401, 'step-up-required');
  });
});

describe('signing in with a passkey', () => {
  it.each([
    ...WRONG,
    ['the handle of another user', { userHandle: randomBytes(16).toString('base64url') }] as const,
    ['no user handle', { userHandle: '' }] as const,
    ['a count that has been there', { counter: 1 }] as const,
    ['noise for a signature', { signature: randomBytes(70) }] as const,
    ['the signature of another key', { signature: sign('sha256', Buffer.from('x'), ANOTHER_KEY) }] as const,
  ])('is refused with %s', async (_, wrong) => {
    const user = await signUpVerified(running);
    const { device } = await addPasskey(user);
    expectProblem(await login(device, wrong), 401, 'invalid-passkey');
    expect((await login(device)).status).toBe(200);
  });

  it('works once for each challenge', async () => {
    const user = await signUpVerified(running);
    const { device } = await addPasskey(user);
    const assertion = device.get(await loginOptions());
    const answers = await Promise.all([1, 2, 3, 4].map(() => submit(assertion)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expectProblem(await submit(assertion), 401, 'invalid-passkey');
    // A challenge to add a passkey is something else.
    const { challenge } = await optionsFor(user);
    expectProblem(await submit(device.get({ challenge, rpId: 'acme.test' })), 401, 'invalid-passkey');
  });

  it('has to happen within five minutes', async () => {
    const user = await signUpVerified(running);
    const { device } = await addPasskey(user);
    const [early, late] = [await loginOptions(), await loginOptions()];
    clock.advance({ minutes: 4, seconds: 59 });
    expect((await submit(device.get(early))).status).toBe(200);
    clock.advance({ seconds: 1 });
    expectProblem(await submit(device.get(late)), 401, 'invalid-passkey');
  });

  it('refuses a clone that signs at the same time', async () => {
    const user = await signUpVerified(running);
    const { device } = await addPasskey(user);
    const challenges = await Promise.all([1, 2, 3, 4].map(loginOptions));
    const answers = await Promise.all(challenges.map((one) => submit(device.get(one, { counter: 9 }))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('refuses a passkey that nobody has', async () => {
    const stranger = new SoftwareAuthenticator(ORIGIN);
    stranger.create(await optionsFor(await signUp(api)));
    expectProblem(await login(stranger), 401, 'invalid-passkey');
  });
});

describe('a path with a name where others have an ID', () => {
  it.each([
    ['PATCH', '/auth/passkeys/options', 'POST'],
    ['DELETE', '/auth/passkeys/login', 'POST'],
    ['OPTIONS', '/auth/passkeys/options?x=1', 'POST'],
    ['GET', '/auth/passkeys/:id', 'DELETE, PATCH'],
  ])('is not taken for one: %s %s', async (method, path, allow) => {
    const { status, headers } = await fetch(`${api.url}/v2${path}`, { method });
    expect([status, headers.get('allow')]).toEqual([405, allow]);
  });
});

describe('the list of passkeys', () => {
  it('has those of the user, page by page, which can be renamed', async () => {
    const [user, other] = [await signUpVerified(running), await signUpVerified(running)];
    const first = await addPasskey(user);
    clock.advance({ ms: 1 });
    const second = await addPasskey(user);
    await addPasskey(other);
    const page = await user.api.get<ListBody<PasskeyBody>>('/auth/passkeys?limit=1&total=true');
    expect([page.body.items, page.body.page]).toMatchObject([[second.answer.body], { total: 2 }]);
    const next = await user.api.get<ListBody<PasskeyBody>>(
      `/auth/passkeys?limit=1&cursor=${page.body.page.nextCursor}`,
    );
    expect(next.body.items).toEqual([first.answer.body]);

    const path = `/auth/passkeys/${first.answer.body.id}`;
    const renamed = await user.api.patch<PasskeyBody>(path, { name: 'My key' });
    expect([renamed.status, renamed.body.name]).toEqual([200, 'My key']);
    const etag = String(first.answer.headers.get('etag'));
    expect(renamed.headers.get('etag')).not.toBe(etag);
    for (const name of ['', '  ', '\u2007', '\u200b', 'two\nlines', 'x'.repeat(101)]) {
      expectProblem(await user.api.patch<ProblemBody>(path, { name }), 400, 'invalid-input');
      const created = new SoftwareAuthenticator(ORIGIN).create(await optionsFor(user));
      const refused = await user.api.post<ProblemBody>('/auth/passkeys', { ...created, name });
      expectProblem(refused, 400, 'invalid-input');
    }
    expect((await user.api.patch<PasskeyBody>(path, { name: ' My key ' })).body.name).toBe('My key');
    const stale = await user.api.with({ 'if-match': etag }).patch<ProblemBody>(path, { name: 'Stale' });
    expectProblem(stale, 412, 'precondition-failed');
    expectProblem(await other.api.patch<ProblemBody>(path, { name: 'x' }), 404, 'passkey-not-found');
    expectProblem(await user.api.patch<ProblemBody>(path, {}), 400, 'invalid-input');
    expectProblem(await other.api.delete<ProblemBody>(path), 404, 'passkey-not-found');
  });

  it('lets none go that is the last way to sign in', async () => {
    const user = await signUpVerified(running);
    const [first, second] = [await addPasskey(user), await addPasskey(user)];
    await query(database.url, 'delete from accounts.passwords where user_id = $1', [user.session.user.id]);
    const remove = ({ answer }: typeof first) =>
      user.api.delete<ProblemBody | undefined>(`/auth/passkeys/${answer.body.id}`);
    expect((await remove(first)).status).toBe(204);
    expectProblem(await remove(second), 409, 'last-sign-in-method');
    expectProblem(await login(first.device), 401, 'invalid-passkey');
    expect((await login(second.device)).status).toBe(200);
    const mails = await mailsInOutbox(running, database.url, user.session.user.id);
    expect(mails.filter(({ template }) => template === 'passkey-removed')).toHaveLength(1);
  });
});
