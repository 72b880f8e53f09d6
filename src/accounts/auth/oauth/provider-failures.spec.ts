import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '#tools/embedded';
import { useApiApp } from '../../../../test/support/api-app.js';
import { eventually } from '../../../../test/support/eventually.js';
import { aUser } from '../../../../test/support/factories.js';
import { useFixture } from '../../../../test/support/fixture.js';
import {
  aVerifier,
  followRealTime,
  leadThrough,
  OAUTH_SETTINGS,
  providerSettings,
  signInWith,
} from '../../../../test/support/oauth.js';
import { rowCounts } from '../../../../test/support/stored.js';
import { useApp } from '../../../../test/support/use-app.js';
import {
  type Behaviour,
  DOWN,
  HANGS_UP,
  HUGE,
  NONSENSE,
  NULL,
  REDIRECTS,
  REFUSES,
  SLOW,
  useUnrulyProvider,
} from '../../../../test/support/unruly-provider.js';

const provider = useUnrulyProvider();
const slowOne = useUnrulyProvider();
const nobody = useFixture(async () => ({ port: await freePort() }));
const { api, clock, database } = useApiApp(() => {
  const { url } = provider;
  const oidc = { ISSUER: url, TRUST_EMAIL: 'true' };
  return {
    ...OAUTH_SETTINGS,
    ...providerSettings('ACME', provider, oidc),
    ...providerSettings('NEVER_READ', provider, oidc),
    ...providerSettings('WITHOUT_KEYS', provider, oidc),
    ...providerSettings('SLOW', slowOne, { ISSUER: slowOne.url }),
    ...providerSettings('PLAIN', provider, {
      AUTHORIZATION_URL: `${url}/authorize`,
      TOKEN_URL: `${url}/token`,
      USERINFO_URL: `${url}/userinfo`,
      TRUST_EMAIL: 'true',
    }),
    // Nothing listens there: a provider that's down doesn't keep anyone from starting.
    ...providerSettings('GONE', provider, { ISSUER: `http://127.0.0.1:${nobody.port}` }),
  };
});
followRealTime(clock);

let claims: Readonly<Record<string, unknown>>;

beforeEach(() => {
  claims = { sub: randomUUID(), email: aUser().email, email_verified: true };
  provider.be({ claims });
});

async function errorOf(name: string): Promise<string | null> {
  const before = await rowCounts(database.url);
  const { error } = await leadThrough(api, name, aVerifier());
  expect(await rowCounts(database.url)).toEqual(before);
  return error;
}

type Case = [name: string, behaviour: Behaviour, error: string];

const UNAVAILABLE: readonly Case[] = [
  ['is down', DOWN, 'provider-unavailable'],
  ['hangs up', HANGS_UP, 'provider-unavailable'],
  ['is overloaded', (response) => void response.writeHead(429).end(), 'provider-unavailable'],
];
const INVALID: readonly Case[] = [
  ['responds with a page', NONSENSE, 'invalid-provider-response'],
  ['responds with null', NULL, 'invalid-provider-response'],
  ['responds with megabytes', HUGE, 'invalid-provider-response'],
  ['redirects', REDIRECTS, 'invalid-provider-response'],
  ['refuses', REFUSES, 'invalid-provider-response'],
];
const ALL = [...UNAVAILABLE, ...INVALID];

describe('a sign-in leads back with an error if', () => {
  it.each(ALL)('the discovery document %s', async (_, discovery, error) => {
    provider.be({ claims, endpoints: { discovery } });
    expect(await errorOf('never-read')).toBe(error);
  });

  it.each<[string, object]>([
    ['is that of another issuer', { issuer: 'https://another.test' }],
    ['has no issuer', { issuer: undefined }],
    ['has no token endpoint', { token_endpoint: undefined }],
    ["has an endpoint that isn't a URL", { authorization_endpoint: 'javascript:alert(1)' }],
    ['has an endpoint of another protocol', { jwks_uri: 'file:///etc/passwd' }],
  ])('the discovery document %s', async (_, metadata) => {
    provider.be({ claims, metadata: { ...metadata } });
    expect(await errorOf('never-read')).toBe('invalid-provider-response');
    expect(provider.requests.map(({ endpoint }) => endpoint)).toEqual(['discovery']);
  });

  it.each(ALL)('the token endpoint %s', async (_, token, error) => {
    for (const name of ['acme', 'plain']) {
      provider.be({ claims, endpoints: { token } });
      expect(await errorOf(name)).toBe(error);
    }
  });

  it.each<[string, string]>([
    ['no token', '{"token_type":"Bearer"}'],
    ['a list', '[]'],
    ['a token that is no text', '{"access_token":1}'],
  ])('the token endpoint responds with %s', async (_, body) => {
    provider.be({ claims, endpoints: { token: (response) => void response.end(body) } });
    expect(await errorOf('plain')).toBe('invalid-provider-response');
  });

  it.each(ALL)('the userinfo %s', async (_, userinfo, error) => {
    provider.be({ claims, endpoints: { userinfo } });
    expect(await errorOf('plain')).toBe(error);
    provider.be({ claims, token: (of) => ({ ...of, email: undefined }), endpoints: { userinfo } });
    expect(await errorOf('acme')).toBe(error);
  });

  it.each(ALL)('the key set %s', async (_, keys, error) => {
    provider.be({ claims, endpoints: { keys } });
    expect(await errorOf('without-keys')).toBe(error);
  });

  it('nothing listens where the provider should be', async () => {
    expect(await errorOf('gone')).toBe('provider-unavailable');
  });

  it('the provider never answers, after five seconds', async () => {
    slowOne.be({ endpoints: { discovery: SLOW } });
    provider.be({ claims, endpoints: { token: SLOW } });
    const began = performance.now();
    expect(await Promise.all(['slow', 'plain'].map(errorOf))).toEqual(Array(2).fill('provider-unavailable'));
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it.each([
    ['access_denied', 'access-denied'],
    ['consent_required', 'access-denied'],
    ['server_error', 'provider-unavailable'],
    ['temporarily_unavailable', 'provider-unavailable'],
    ['invalid_scope', 'invalid-provider-response'],
    ['unheard_of', 'invalid-provider-response'],
  ])('the provider says %s', async (said, error) => {
    for (const name of ['acme', 'plain']) {
      provider.be({ respond: ({ state = '' }) => ({ state, error: said }) });
      expect(await errorOf(name)).toBe(error);
    }
  });

  it('the provider responds without a code', async () => {
    provider.be({ respond: ({ state = '' }) => ({ state }) });
    expect(await errorOf('acme')).toBe('invalid-provider-response');
  });
});

describe('a provider that was down', () => {
  it('signs people in as soon as it is back, without a restart', async () => {
    provider.be({ claims, endpoints: { discovery: DOWN } });
    expect(await errorOf('never-read')).toBe('provider-unavailable');
    provider.be({ claims });
    expect((await signInWith(api, 'never-read')).status).toBe(200);
  });

  it('needs its discovery document once an hour, and can be without it for a day', async () => {
    const documents = (): number =>
      provider.requests.filter(({ endpoint }) => endpoint === 'discovery').length;
    const current = (): object => {
      const now = Math.floor(clock.millis() / 1000);
      return { ...claims, iat: now, exp: now + 300 };
    };
    provider.be({ claims: { ...current() } });
    expect((await signInWith(api, 'acme')).status).toBe(200);
    expect(documents()).toBe(0);
    clock.advance({ hours: 1 });
    provider.be({ claims: { ...current() }, endpoints: { discovery: DOWN } });
    expect((await signInWith(api, 'acme')).status).toBe(200);
    expect(documents()).toBeGreaterThan(0);
    clock.advance({ hours: 24 });
    provider.be({ claims: { ...current() }, endpoints: { discovery: DOWN } });
    expect(await errorOf('acme')).toBe('provider-unavailable');
    clock.advance({ hours: -25 });
  });
});

describe('the log', () => {
  const app = useApp('api', () => ({
    ...OAUTH_SETTINGS,
    ...providerSettings('ACME', provider, { ISSUER: provider.url }),
    ...providerSettings('GONE', provider, { ISSUER: `http://127.0.0.1:${nobody.port}` }),
  }));

  it('says why a sign-in failed, without secrets and without what the provider said', async () => {
    provider.be({ claims, token: () => 'no-token', header: {} });
    expect((await leadThrough(app.api, 'acme', aVerifier())).error).toBe('invalid-provider-response');
    expect((await leadThrough(app.api, 'gone', aVerifier())).error).toBe('provider-unavailable');
    const lines = await eventually(() => {
      const found = app
        .logs()
        .split('\n')
        .filter((line) => line.includes('a sign-in with a provider failed'));
      expect(found).toHaveLength(2);
      return found.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    });
    expect(lines).toMatchObject([
      {
        provider: 'acme',
        code: 'invalid-provider-response',
        reason: expect.stringMatching(/^the ID token is not valid: /),
      },
      { provider: 'gone', code: 'provider-unavailable', reason: 'fetch failed: ECONNREFUSED' },
    ]);
    expect(app.logs()).not.toContain('no-token');
    expect(app.logs()).not.toContain(provider.clientSecret);
  });
});
