import { createPublicKey, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { jwtVerify } from 'jose';
import { useApiApp } from '../../../../test/support/api-app.js';
import { newPem } from '../../../../test/support/environment.js';
import { aUser } from '../../../../test/support/factories.js';
import {
  ACCOUNTS,
  aVerifier,
  browserAt,
  exchange,
  followRealTime,
  leadThrough,
  OAUTH_SETTINGS,
  providerSettings,
  signInWith,
  startUrl,
} from '../../../../test/support/oauth.js';
import { DOWN, useUnrulyProvider } from '../../../../test/support/unruly-provider.js';

const TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';
const OTHER_TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const KEY = newPem();

const provider = useUnrulyProvider();
const { api, clock } = useApiApp(() => {
  const { url } = provider;
  const urls = {
    AUTHORIZATION_URL: `${url}/authorize`,
    TOKEN_URL: `${url}/token`,
    USERINFO_URL: `${url}/userinfo`,
    TRUST_EMAIL: 'true',
  };
  const oidc = { ISSUER: url, TRUST_EMAIL: 'true' };
  return {
    ...OAUTH_SETTINGS,
    ...providerSettings('GITHUB', provider, { PRESET: 'github', ...urls }),
    ...providerSettings('DISCORD', provider, { PRESET: 'discord', ...urls }),
    ...providerSettings('PLAIN', provider, urls),
    ...providerSettings('BASIC', provider, oidc),
    ...providerSettings('MICROSOFT', provider, { PRESET: 'microsoft', ...oidc }),
    ...providerSettings('APPLE', provider, { PRESET: 'apple', ...oidc, CLIENT_SECRET: '' }),
    OAUTH_APPLE_TEAM_ID: 'THE-TEAM',
    OAUTH_APPLE_KEY_ID: 'THE-KEY',
    OAUTH_APPLE_PRIVATE_KEY: KEY,
  };
});
followRealTime(clock);

let email: string;
let id: number;

beforeEach(() => {
  email = aUser().email;
  id = Math.floor(Math.random() * 1e9);
});

describe('GitHub', () => {
  const address = (given: object): unknown => ({ email, primary: true, verified: true, ...given });
  const shown = (): Record<string, unknown> => ({ id, login: 'ada', name: 'Ada', email: 'shown@acme.test' });

  it('signs in with the primary address, and not with the one in the profile', async () => {
    const old = address({ email: 'old@acme.test', primary: false });
    provider.be({ claims: shown(), emails: [old, address({})] });
    const { status, body } = await signInWith(api, 'github');
    expect([status, body.user]).toEqual([200, expect.objectContaining({ email, displayName: 'Ada' })]);
    const [start, token, user, emails] = provider.requests;
    expect(start?.parameters.get('scope')).toBe('read:user user:email');
    expect(token?.parameters.get('client_secret')).toBe(provider.clientSecret);
    expect([user, emails].map((request) => request?.headers.authorization)).toEqual(
      Array(2).fill('Bearer an access token'),
    );
    expect((await signInWith(api, 'github')).body.user.id).toBe(body.user.id);
  });

  it.each<[string, object[]]>([
    ['no address', []],
    ['no verified address', [{ verified: false }]],
    ['no primary address that is verified', [{ verified: false }, { primary: false }]],
  ])('leads back with an error for an account with %s', async (_, emails) => {
    provider.be({ claims: shown(), emails: emails.map(address) });
    expect((await signInWith(api, 'github')).error).toBe('email-required');
  });

  it('leads back with an error if it does not tell the addresses', async () => {
    provider.be({ claims: shown(), emails: { message: 'Not Found' } });
    expect((await signInWith(api, 'github')).error).toBe('invalid-provider-response');
    provider.be({ claims: shown(), endpoints: { emails: DOWN } });
    expect((await signInWith(api, 'github')).error).toBe('provider-unavailable');
  });
});

describe('Discord', () => {
  it('signs in with a verified address only', async () => {
    const profile = { id: String(id), username: 'ada', global_name: 'Ada', email };
    provider.be({ claims: { ...profile, verified: false } });
    expect((await signInWith(api, 'discord')).error).toBe('email-not-trusted');
    provider.be({ claims: { ...profile, verified: true } });
    expect((await signInWith(api, 'discord')).body.user).toMatchObject({ email, displayName: 'Ada' });
  });
});

describe('plain OAuth 2', () => {
  it('signs in with what the userinfo says', async () => {
    provider.be({ claims: { sub: randomUUID(), email, email_verified: true, name: 'Ada', locale: 'de' } });
    const { body } = await signInWith(api, 'plain');
    expect(body.user).toMatchObject({ email, displayName: 'Ada', locale: 'de' });
  });

  it('does not take "verified" for a statement about the address', async () => {
    provider.be({ claims: { sub: randomUUID(), email, verified: true } });
    expect((await signInWith(api, 'plain')).error).toBe('email-not-trusted');
  });

  it.each([undefined, '', 1.5, {}, 'a\u0000b', 'x'.repeat(256)])('needs an ID, unlike %j', async (sub) => {
    provider.be({ claims: { sub, email, email_verified: true } });
    expect((await signInWith(api, 'plain')).error).toBe('invalid-provider-response');
  });
});

describe('Microsoft', () => {
  /** One document for all tenants. */
  const metadata = (): object => ({ issuer: `${provider.url}/{tenantid}/v2.0` });
  const claims = (given: object): Record<string, unknown> => ({
    iss: `${provider.url}/${TENANT}/v2.0`,
    tid: TENANT,
    sub: String(id),
    email,
    ...given,
  });
  const be = (given: object): void => {
    provider.be({ metadata: { ...metadata() }, claims: claims(given) });
  };

  it('only vouches for an address whose domain the tenant owns', async () => {
    for (const given of [{}, { email_verified: true }, { xms_edov: false }, { xms_edov: '0' }]) {
      be(given);
      expect((await signInWith(api, 'microsoft')).error).toBe('email-not-trusted');
    }
    be({ xms_edov: true });
    expect((await signInWith(api, 'microsoft')).body.user.email).toBe(email);
  });

  it('has an issuer for each tenant, and no two of them share an account', async () => {
    be({ xms_edov: true });
    const { body } = await signInWith(api, 'microsoft');
    const other = { tid: OTHER_TENANT, iss: `${provider.url}/${OTHER_TENANT}/v2.0`, xms_edov: true };
    be({ ...other, email: aUser().email });
    expect((await signInWith(api, 'microsoft')).body.user.id).not.toBe(body.user.id);
  });

  it.each<[string, object]>([
    ['another tenant', { tid: OTHER_TENANT }],
    ['no tenant', { tid: undefined }],
    ['what is no tenant', { tid: '..', iss: 'X' }],
  ])('is not believed if a token is from %s', async (_, given) => {
    be({ xms_edov: true, ...given });
    expect((await signInWith(api, 'microsoft')).error).toBe('invalid-provider-response');
  });
});

describe('Apple', () => {
  const be = (given: object = {}, user?: object): void => {
    provider.be({
      claims: { sub: String(id), email, email_verified: 'true', ...given },
      respond: (fields) => (user ? { ...fields, user: JSON.stringify(user) } : { ...fields }),
    });
  };

  it('posts its response, with the name the first time', async () => {
    be({}, { name: { firstName: 'Ada', lastName: 'Lovelace' }, email: 'spoofed@acme.test' });
    const { body } = await signInWith(api, 'apple');
    expect(body.user).toMatchObject({ email, emailVerified: true, displayName: 'Ada Lovelace' });
    const start = provider.requests.find(({ endpoint }) => endpoint === 'authorize');
    expect(Object.fromEntries(start?.parameters ?? [])).toMatchObject({
      response_mode: 'form_post',
      scope: 'name email',
    });
    be();
    expect((await signInWith(api, 'apple')).body.user.id).toBe(body.user.id);
  });

  it.each(['{"name":"Ada"}', '{"name":null}', '"Ada"', 'null', 'Ada', '[]'])(
    'may send a name that is none: %s',
    async (user) => {
      be();
      provider.be({
        claims: { sub: String(id), email, email_verified: true },
        respond: (fields) => ({ ...fields, user }),
      });
      expect((await signInWith(api, 'apple')).body.user.displayName).toBeNull();
    },
  );

  it('gets a secret that is signed for it, and valid for minutes', async () => {
    be();
    expect((await signInWith(api, 'apple')).status).toBe(200);
    const request = provider.requests.find(({ endpoint }) => endpoint === 'token');
    const secret = request?.parameters.get('client_secret') ?? '';
    const { payload, protectedHeader } = await jwtVerify(secret, createPublicKey(KEY), {
      algorithms: ['ES256'],
      currentDate: clock.now(),
    });
    expect(protectedHeader).toMatchObject({ kid: 'THE-KEY' });
    expect(payload).toMatchObject({ iss: 'THE-TEAM', sub: provider.clientId, aud: provider.url });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
  });

  it('is bound to the browser by a cookie that comes along from its page', async () => {
    const browser = browserAt(api);
    const { headers } = await browser.visit(startUrl('apple', aVerifier()));
    expect(headers.get('set-cookie')).toMatch(/^__Host-gatehouse-oauth-post=.*; Secure; SameSite=None$/);
  });

  it('is not led back to by a GET, whose cookie is another one', async () => {
    be();
    const browser = browserAt(api);
    const { location } = await browser.visit(startUrl('apple', aVerifier()));
    const page = await browser.visit(location ?? '');
    const fields = new URLSearchParams(
      [...page.page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']): [string, string] => [name, value],
      ),
    );
    const answer = await browser.visit(`${ACCOUNTS}/v2/auth/oauth/apple/callback?${fields.toString()}`);
    expect([answer.status, answer.location]).toEqual([400, null]);
  });

  it('leads back with an error if people cancel', async () => {
    provider.be({ respond: ({ state = '' }) => ({ state, error: 'user_cancelled_authorize' }) });
    const { code, error } = await leadThrough(api, 'apple', aVerifier());
    expect([code, error]).toEqual([null, 'access-denied']);
  });
});

describe('a provider that wants the secret in a header', () => {
  it('gets it there, and not in the body', async () => {
    provider.be({
      // What it means if a discovery document doesn't say.
      metadata: { token_endpoint_auth_methods_supported: undefined },
      claims: { sub: randomUUID(), email, email_verified: true },
    });
    expect((await signInWith(api, 'basic')).status).toBe(200);
    const request = provider.requests.find(({ endpoint }) => endpoint === 'token');
    expect(request?.headers.authorization).toMatch(/^Basic /);
    expect(request?.parameters.has('client_secret')).toBe(false);
  });
});

describe('a native application', () => {
  it('is led back to by its own scheme', async () => {
    provider.be({ claims: { sub: randomUUID(), email, email_verified: true } });
    const verifier = aVerifier();
    const url = startUrl('plain', verifier, { redirectTo: 'com.acme.app:/signed-in' });
    const visit = await browserAt(api).open(url, 'com.acme.app:');
    expect(visit.url).toMatch(/^com\.acme\.app:\/signed-in\?code=[\w-]{43}$/);
    expect((await exchange(api, new URL(visit.url).searchParams.get('code'), verifier)).status).toBe(200);
  });
});
