import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { useApiApp } from '../support/api-app.js';
import { setUpTotp } from '../support/authenticator.js';
import type { Answer, SessionBody } from '../support/client.js';
import type { SignedUp } from '../support/factories.js';
import { mailsInOutbox } from '../support/mail-outbox.js';
import { SoftwareAuthenticator } from '../support/software-authenticator.js';
import { ACCOUNTS, followRealTime, OAUTH_SETTINGS, signInWith } from '../support/oauth.js';
import { useOidcProvider } from '../support/oidc-provider.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { signUpVerified } from '../support/verified-user.js';

const APP_URL = 'https://app.acme.test';
const provider = useOidcProvider(() => [`${ACCOUNTS}/v2/auth/oauth/acme/callback`]);
const running = useApiApp(() => ({
  ...OAUTH_SETTINGS,
  APP_URL,
  OAUTH_ACME_ISSUER: provider.issuer,
  OAUTH_ACME_CLIENT_ID: provider.clientId,
  OAUTH_ACME_CLIENT_SECRET: provider.clientSecret,
  OAUTH_ACME_TRUST_EMAIL: 'true',
}));
const { api, clock, database } = running;
followRealTime(clock);

interface Way {
  /** Proves who the user is in this way, without a second factor. */
  readonly signIn: (user: SignedUp) => Promise<Answer<SessionBody>>;
  /** What the tokens say about it (RFC 8176). */
  readonly methods: readonly string[];
}

/** Every operation that starts a session for someone who has an account, except the one that takes the second factor. */
const WAYS: Readonly<Record<string, Way>> = {
  'POST /v2/auth/login': { signIn: (user) => api.login(user), methods: ['pwd'] },
  'POST /v2/auth/otp/verify': {
    signIn: async ({ email, session }) => {
      await api.post('/auth/otp', { email });
      const mails = await mailsInOutbox(running, database.url, session.user.id);
      return api.post('/auth/otp/verify', { email, code: mails.at(-1)?.data['code'] });
    },
    methods: ['otp'],
  },
  'POST /v2/auth/oauth/exchange': {
    signIn: ({ email }) => {
      provider.signIn({ sub: email, email, email_verified: true });
      return signInWith(api, 'acme');
    },
    methods: ['fed'],
  },
  'POST /v2/auth/passkeys/login': {
    signIn: async ({ email }) => {
      const { body } = await api.post<{ challenge: string; rpId: string }>('/auth/passkeys/login/options');
      return api.post('/auth/passkeys/login', passkeys.get(email)?.get(body) ?? {});
    },
    // The device and what unlocks it are two factors already.
    methods: ['pop', 'mfa'],
  },
};
const passkeys = new Map<string, SoftwareAuthenticator>();
/** Those that need no second factor: a new account has none, the others go on with a session or take the factor. */
const OTHERS = ['POST /v2/auth/login/mfa', 'POST /v2/auth/refresh', 'POST /v2/auth/register'];

type CreationOptions = Parameters<SoftwareAuthenticator['create']>[0];

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses?: object }>>>>;
}

it('lists every operation that returns a session', () => {
  const { paths } = JSON.parse(readFileSync('openapi/v2.json', 'utf8')) as Document;
  const returning = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { responses }]) =>
        JSON.stringify(responses ?? {}).includes('"#/components/schemas/Session"'),
      )
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  expect(returning.sort()).toEqual([...Object.keys(WAYS), ...OTHERS].sort());
});

describe.each(Object.entries(WAYS))('%s', (_, { signIn, methods }) => {
  it('starts a session that says how and when the user signed in', async () => {
    const user = await signUpForAll();
    clock.advance({ seconds: 30 });
    const { status, body } = await signIn(user);
    expect(status).toBe(200);
    const authTime = Math.floor(clock.millis() / 1000);
    expect(decodeJwt(body.accessToken)).toMatchObject({ amr: methods, auth_time: authTime });
    expect((await api.as(body).me()).body.id).toBe(user.session.user.id);
    // Other sessions go on.
    expect((await api.refresh(user.session.refreshToken)).status).toBe(200);
  });

  it('asks for the second factor of those who have one, and then says so', async () => {
    const user = await signUpForAll();
    const { app } = await setUpTotp(user.api, clock);
    if (methods.includes('mfa')) {
      expect(decodeJwt((await signIn(user)).body.accessToken)['amr']).toEqual(methods);
      return;
    }
    const before = await sessionsOf(user);
    const problem = expectProblem(await signIn(user), 401, 'mfa-required');
    const { mfaToken } = problem as unknown as { mfaToken: string };
    expect(await sessionsOf(user)).toBe(before);
    const input = { mfaToken, factor: 'totp', code: app.code() };
    const { status, body }: Answer<SessionBody> = await api.post('/auth/login/mfa', input);
    expect([status, body.user.id]).toEqual([200, user.session.user.id]);
    const { amr } = decodeJwt<{ amr: string[] }>(body.accessToken);
    expect(amr).toEqual(expect.arrayContaining([...methods, 'mfa']));
  });

  it('starts none for the suspended, and gives no reason', async () => {
    const user = await signUpForAll();
    const before = await sessionsOf(user);
    const suspend = `update accounts.users set status = 'suspended' where id = $1`;
    await query(database.url, suspend, [user.session.user.id]);
    expect((await signIn(user)).status).not.toBe(200);
    expect(await sessionsOf(user)).toBe(before);
  });
});

/** Someone who can sign in in every way. */
async function signUpForAll(): Promise<SignedUp> {
  const user = await signUpVerified(running);
  const { body } = await user.api.post<CreationOptions>('/auth/passkeys/options');
  const passkey = new SoftwareAuthenticator(APP_URL);
  expect((await user.api.post('/auth/passkeys', passkey.create(body))).status).toBe(201);
  passkeys.set(user.email, passkey);
  return user;
}

async function sessionsOf({ session }: SignedUp): Promise<number> {
  const rows = 'select 1 from accounts.sessions where user_id = $1';
  return (await query(database.url, rows, [session.user.id])).length;
}
