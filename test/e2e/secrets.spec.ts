import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { SessionBody } from '../support/client.js';
import { aUser, type NewUser, signUp, tokenIn } from '../support/factories.js';
import {
  ACCOUNTS,
  aVerifier,
  browserAt,
  exchange,
  OAUTH_SETTINGS,
  providerSettings,
  resultOf,
  startUrl,
} from '../support/oauth.js';
import { eventually } from '../support/servers.js';
import { dumpOf, query, redisDumpOf } from '../support/stored.js';
import { useUnrulyProvider } from '../support/unruly-provider.js';
import { useApp } from '../support/use-app.js';

const PAGE = 'https://app.acme.test';
const provider = useUnrulyProvider();
const app = useApp('all', () => ({
  ...OAUTH_SETTINGS,
  ...providerSettings('ACME', provider, { ISSUER: provider.url, TRUST_EMAIL: 'true' }),
  LOG_LEVEL: 'trace',
  CORS_ORIGINS: PAGE,
  RATE_LIMIT_DEFAULT: '1000/60',
  RATE_LIMIT_AUTH: '1000/60',
  ADMIN_EMAIL: 'first.admin@acme.test',
  ADMIN_PASSWORD: 'the admin of these tests',
}));
const { api, database, sink } = app;
/** Everything that must not appear anywhere, by kind. */
const secrets = new Map<string, string>();
/** What was stored and logged, by place and time. */
const findings: Record<string, string> = {};

beforeAll(() => live(), 60_000);

describe('addresses, tokens and passwords', () => {
  it('are all covered by this search', () => {
    expect([...secrets.keys()].sort()).toEqual(
      expect.arrayContaining(
        ['access token', 'address', 'exchange code', 'link', 'password', 'refresh token', 'state'].map(
          (kind) => `${kind} 1`,
        ),
      ),
    );
    expect(findings['PostgreSQL while mail waits']).toMatch(/notifications\.deliveries\n\(/);
    expect(findings['Redis while mail waits']).toMatch(/send-mail/);
    expect(findings['the log']?.split('\n').length).toBeGreaterThan(30);
  });

  it.each([
    'PostgreSQL while mail waits',
    'Redis while mail waits',
    'PostgreSQL at the end',
    'Redis at the end',
    'the log',
  ])('do not appear in %s', (place) => {
    const text = (findings[place] ?? '').toLowerCase();
    const found = [...secrets].flatMap(([what, secret]) =>
      formsOf(secret)
        .filter(([, form]) => text.includes(form.toLowerCase()))
        .map(([form]) => `${what} (${form})`),
    );
    expect(found).toEqual([]);
  });
});

/** Typical use, and some of what goes wrong. */
async function live(): Promise<void> {
  remember('address', 'first.admin@acme.test');
  remember('password', 'the admin of these tests');
  const ada = await signUp(api, { ...known(aUser()), locale: 'de' });
  rememberSession(ada.session);
  await eventually(() => expect(sink.mailsTo(ada.email)).toHaveLength(1));
  remember('link', tokenIn(sink.mailsTo(ada.email)[0]));
  await api.verify(tokenIn(sink.mailsTo(ada.email)[0]));
  await api.under('').get(`/verify-email?token=${tokenIn(sink.mailsTo(ada.email)[0])}`);
  rememberSession((await api.login(ada)).body);
  rememberSession((await api.refresh(ada.session.refreshToken)).body);
  await ada.api.patch('/users/me', { displayName: 'Ada', metadata: { plan: 'trial' } });
  await disownSignIn(ada);
  await resetPassword(await signUp(api, known(aUser())));
  await signInWithProvider();
  await fail(ada);

  await sink.stop();
  const grace = known(aUser());
  const key = { 'idempotency-key': randomBytes(16).toString('hex') };
  remember('idempotency key', key['idempotency-key']);
  const registered = await api.post<SessionBody>('/auth/register', grace, key);
  rememberSession(registered.body);
  await api.post('/auth/register', grace, key);
  // Mails to one account are a minute apart.
  await query(database.url, `update accounts.users set mailed_at = mailed_at - interval '1 minute'`);
  await api.post('/auth/email/resend', { email: grace.email });
  await eventually(async () => {
    const tried = await query(
      database.url,
      'select 1 from notifications.deliveries where user_id = $1 and last_error is not null',
      [registered.body.user.id],
    );
    expect(tried).toHaveLength(2);
  });
  findings['PostgreSQL while mail waits'] = await dumpOf(database.url);
  findings['Redis while mail waits'] = await redisDumpOf(app.redisUrl);

  await sink.start();
  await eventually(() => expect(sink.mailsTo(grace.email)).toHaveLength(2), { timeoutMs: 20_000 });
  sink.mailsTo(grace.email).forEach((mail) => remember('link', tokenIn(mail)));
  sink.behave('reject');
  const refused = await signUp(api, known(aUser()));
  rememberSession(refused.session);
  await eventually(async () => {
    const failed = await query(
      database.url,
      `select 1 from notifications.deliveries where user_id = $1 and state = 'failed'`,
      [refused.session.user.id],
    );
    expect(failed).toHaveLength(1);
  });
  sink.behave('accept');
  await ada.api.post('/auth/logout');
  findings['PostgreSQL at the end'] = await dumpOf(database.url);
  findings['Redis at the end'] = await redisDumpOf(app.redisUrl);
  await app.stop();
  findings['the log'] = app.logs();
}

/** On a new device, with a link from the mail. */
async function disownSignIn(user: NewUser): Promise<void> {
  const stranger = api.with({ 'user-agent': 'Strange/1.0', 'sec-fetch-site': 'same-origin' });
  const { body, headers } = await stranger.login(user);
  rememberSession(body);
  remember('device cookie', headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? '');
  const links = () => sink.mailsTo(user.email).filter(({ text }) => text.includes('disown-session?token='));
  await eventually(() => expect(links()).toHaveLength(1));
  const token = remember('link', tokenIn(links()[0]));
  await api.under('').get(`/disown-session?token=${token}`);
  expect((await api.post('/auth/sessions/disown', { token })).status).toBe(204);
}

/** With a link from the mail, after a failed attempt, and then in a browser with a cookie. */
async function resetPassword(user: NewUser): Promise<void> {
  await api.post('/auth/password/forgot', { email: user.email });
  const links = () => sink.mailsTo(user.email).filter(({ text }) => text.includes('reset-password?token='));
  await eventually(() => expect(links()).toHaveLength(1));
  const token = remember('link', tokenIn(links()[0]));
  await api.under('').get(`/reset-password?token=${token}`);
  await api.post('/auth/password/reset', { token, password: 'password' });
  const password = remember('password', `a new ${user.password}`);
  expect((await api.post('/auth/password/reset', { token, password })).status).toBe(204);
  const browser = api.with({ origin: PAGE, 'session-transport': 'cookie' });
  const { headers } = await browser.login({ ...user, password });
  const cookie = headers.getSetCookie().find((one) => one.includes('refresh')) ?? '';
  await browser.with({ cookie: cookie.split(';')[0] ?? '' }).post('/auth/logout');
  remember('refresh token', cookie.split(/[=;]/)[1] ?? '');
  await undoChange(user);
}

/** With a link from the mail about the new password. */
async function undoChange(user: NewUser): Promise<void> {
  const linksTo = (page: string) =>
    sink.mailsTo(user.email).filter(({ text }) => text.includes(`${page}?token=`));
  await eventually(() => expect(linksTo('undo-change')).toHaveLength(1));
  const token = remember('link', tokenIn(linksTo('undo-change')[0]));
  await api.under('').get(`/undo-change?token=${token}`);
  expect((await api.post('/auth/changes/undo', { token })).status).toBe(204);
  await eventually(() => expect(linksTo('reset-password')).toHaveLength(2));
  remember('link', tokenIn(linksTo('reset-password').at(-1)));
}

/** Twice with the same response, and the same code. */
async function signInWithProvider(): Promise<void> {
  const { email } = known(aUser());
  provider.be({ claims: { sub: randomUUID(), email, email_verified: true } });
  remember('client secret', provider.clientSecret);
  const verifier = aVerifier();
  remember('verifier', verifier.codeVerifier);
  const browser = browserAt(api);
  const callback = `${ACCOUNTS}/v2/auth/oauth/acme/callback`;
  const { url } = await browser.open(startUrl('acme', verifier), callback);
  remember('state', new URL(url).searchParams.get('state') ?? '');
  remember('code of the provider', new URL(url).searchParams.get('code') ?? '');
  browser.cookiesOf(ACCOUNTS).forEach((value) => remember('browser cookie', value));
  const code = remember('exchange code', resultOf((await browser.visit(url)).location ?? '').code ?? '');
  await browser.visit(url);
  rememberSession((await exchange(api, code, verifier)).body);
  expect((await exchange(api, code, verifier)).status).toBe(400);
}

async function fail(user: NewUser): Promise<void> {
  await Promise.all([
    api.login({ ...user, password: remember('password', `wrong ${randomBytes(6).toString('hex')}`) }),
    api.login(known(aUser())),
    api.register(user),
    Promise.all(Array.from({ length: 4 }, () => api.register(remembered))),
    api.verify(remember('link', randomBytes(32).toString('base64url'))),
    api.refresh(remember('refresh token', randomBytes(52).toString('base64url').slice(0, 70))),
    api.post('/auth/register', { [user.email]: user.password, email: 7, password: [user.password] }),
    api.send('POST', '/auth/login', {
      body: `{"email":"${user.email}","password":"${user.password}`,
      headers: JSON_TYPE,
    }),
    api.get(`/users?q=${encodeURIComponent(user.email)}&email=${encodeURIComponent(user.email)}`),
    api.under('').get(`/${encodeURIComponent(user.email)}/${encodeURIComponent(user.password)}`),
    api.with({ 'x-request-id': user.email }).get('/nowhere'),
    api
      .with({ 'user-agent': 'Browser' })
      .with({ cookie: `session=${user.password}` })
      .get('/users/me'),
  ]);
}

const JSON_TYPE = { 'content-type': 'application/json' };
/** Registered by several requests at once. The database itself rejects all but one. */
const remembered = known(aUser());

function known(user: NewUser): NewUser {
  remember('address', user.email);
  remember('password', user.password);
  return user;
}

function rememberSession({ accessToken, refreshToken }: SessionBody): void {
  remember('access token', accessToken);
  remember('refresh token', refreshToken);
}

function remember(kind: string, secret: string): string {
  const number = [...secrets.keys()].filter((what) => what.startsWith(kind)).length + 1;
  secrets.set(`${kind} ${number}`, secret);
  return secret;
}

/** In clear, and in encodings that someone might mistake for protection. */
function formsOf(secret: string): [string, string][] {
  const bytes = Buffer.from(secret);
  return [
    ['in clear', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    ['as hex', bytes.toString('hex')],
    ['as base64', bytes.toString('base64').replace(/=+$/, '').slice(0, -1)],
    ['as JSON in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    // Addresses can be guessed, so a hash without a key does not protect them. Tokens are stored as hashes.
    ...(secret.includes('@')
      ? ([['as a hash', createHash('sha256').update(secret).digest('hex')]] as [string, string][])
      : []),
  ];
}
