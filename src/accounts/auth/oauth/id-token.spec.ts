import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { exportSPKI, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { useApiApp } from '../../../../test/support/api-app.js';
import { eventually } from '../../../../test/support/eventually.js';
import { aUser } from '../../../../test/support/factories.js';
import {
  followRealTime,
  OAUTH_SETTINGS,
  providerSettings,
  signInWith,
} from '../../../../test/support/oauth.js';
import { rowCounts } from '../../../../test/support/stored.js';
import { useUnrulyProvider } from '../../../../test/support/unruly-provider.js';

type Claims = Readonly<Record<string, unknown>>;

const provider = useUnrulyProvider();
const { api, clock, database } = useApiApp(() => ({
  ...OAUTH_SETTINGS,
  ...providerSettings('ACME', provider, { ISSUER: provider.url, TRUST_EMAIL: 'true' }),
}));

followRealTime(clock);

let claims: Claims;

beforeEach(() => {
  claims = { sub: randomUUID(), email: aUser().email, email_verified: true };
});

const now = (): number => Math.floor(clock.millis() / 1000);
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function signedWithAnotherKey(of: Claims, header: object = {}): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT(of).setProtectedHeader({ alg: 'RS256', kid: 'the-key', ...header }).sign(privateKey);
}

async function signedWithThePublicKey(of: Claims): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(provider.key.publicKey));
  return new SignJWT(of).setProtectedHeader({ alg: 'HS256', kid: 'the-key' }).sign(secret);
}

async function withItsOwnKey(of: Claims): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = (await crypto.subtle.exportKey('jwk', publicKey)) as JWTHeaderParameters['jwk'];
  return new SignJWT(of).setProtectedHeader({ alg: 'ES256', jwk } as JWTHeaderParameters).sign(privateKey);
}

/** RFC 8725, section 3, and OpenID Connect Core, section 3.1.3.7. */
describe('an ID token', () => {
  it.each<[string, (of: Claims) => Claims | string | Promise<string>]>([
    ['without a signature', (of) => `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(of)}.`],
    [
      'without a signature, under the ID of a key',
      (of) => `${encoded({ alg: 'none', kid: 'the-key' })}.${encoded(of)}.`,
    ],
    ['signed with the public key as a secret (HS256)', signedWithThePublicKey],
    ['signed with another key of the same ID', (of) => signedWithAnotherKey(of)],
    ['signed with an unknown key', (of) => signedWithAnotherKey(of, { kid: 'another-key' })],
    ['that brings its own key along', withItsOwnKey],
    ['whose signature is missing', (of) => `${encoded({ alg: 'RS256', kid: 'the-key' })}.${encoded(of)}.`],
    ['that is no token', () => 'abc'],
    ['that is empty', () => ''],
    ['from another issuer', (of) => ({ ...of, iss: 'https://evil.test' })],
    ['from an issuer whose URL begins with that of ours', (of) => ({ ...of, iss: `${String(of['iss'])}/` })],
    ['from nobody', (of) => ({ ...of, iss: undefined })],
    ['for another client', (of) => ({ ...of, aud: 'another-client' })],
    ['for other clients', (of) => ({ ...of, aud: ['another-client', 'a-third-one'] })],
    ['for nobody', (of) => ({ ...of, aud: undefined })],
    [
      'for several clients, without saying who asked',
      (of) => ({ ...of, aud: [of['aud'], 'another-client'] }),
    ],
    [
      'for several clients, of which another one asked',
      (of) => ({ ...of, aud: [of['aud'], 'another-client'], azp: 'another-client' }),
    ],
    ['that another client asked for', (of) => ({ ...of, azp: 'another-client' })],
    ['from another sign-in', (of) => ({ ...of, nonce: 'x'.repeat(43) })],
    ['from no sign-in', (of) => ({ ...of, nonce: undefined })],
    ['whose nonce is no text', (of) => ({ ...of, nonce: [of['nonce']] })],
    ['that has expired', (of) => ({ ...of, exp: now() - 61 })],
    ['that never expires', (of) => ({ ...of, exp: undefined })],
    ['that was issued long ago', (of) => ({ ...of, iat: now() - 661 })],
    ['that will be issued', (of) => ({ ...of, iat: now() + 300 })],
    ['that was never issued', (of) => ({ ...of, iat: undefined })],
    ['that is not valid yet', (of) => ({ ...of, nbf: now() + 300 })],
    ['of nobody', (of) => ({ ...of, sub: undefined })],
    ['of somebody without a name', (of) => ({ ...of, sub: '' })],
  ])('%s is refused', async (_, token) => {
    provider.be({ claims, token });
    const before = await rowCounts(database.url);
    expect((await signInWith(api, 'acme')).error).toBe('invalid-provider-response');
    expect(await rowCounts(database.url)).toEqual(before);
  });

  it.each([{ typ: 'at+jwt' }, { typ: 'logout+jwt' }, { crit: ['unknown'], unknown: true }])(
    'with the header %j is refused',
    async (header) => {
      provider.be({ claims, header });
      expect((await signInWith(api, 'acme')).error).toBe('invalid-provider-response');
    },
  );

  it.each<[string, (of: Claims) => Claims]>([
    ['for us alone, in a list', (of) => ({ ...of, aud: [of['aud']] })],
    [
      'for several clients, of which we asked',
      (of) => ({ ...of, aud: [of['aud'], 'another'], azp: of['aud'] }),
    ],
    ['from a clock that is a little ahead', (of) => ({ ...of, iat: now() + 40 })],
    ['from a clock that is a little behind', (of) => ({ ...of, iat: now() - 40, exp: now() - 20 })],
  ])('%s is accepted', async (_, token) => {
    provider.be({ claims, token });
    expect((await signInWith(api, 'acme')).status).toBe(200);
  });

  it.each([{ typ: 'JWT' }, { kid: undefined }])('with the header %j is accepted', async (header) => {
    provider.be({ claims, header });
    expect((await signInWith(api, 'acme')).status).toBe(200);
  });

  it('is missing altogether', async () => {
    provider.be({
      claims,
      endpoints: { token: (response) => void response.end('{"access_token":"a","token_type":"Bearer"}') },
    });
    expect((await signInWith(api, 'acme')).error).toBe('invalid-provider-response');
  });

  it('without an address is completed by the userinfo of the same account, and of no other', async () => {
    const { email, ...rest } = claims;
    const token = (of: Claims): Claims => ({ ...of, email: undefined, email_verified: undefined });
    provider.be({ claims: rest, token, userinfo: { ...rest, sub: 'someone-else', email } });
    expect((await signInWith(api, 'acme')).error).toBe('invalid-provider-response');
    provider.be({ claims: rest, token, userinfo: { ...rest, email } });
    expect((await signInWith(api, 'acme')).body.user.email).toBe(email);
  });

  it('is verified with a new key as soon as the provider signs with it', async () => {
    provider.be({ claims });
    expect((await signInWith(api, 'acme')).status).toBe(200);
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'new-key', alg: 'ES256' };
    provider.be({
      claims,
      endpoints: { keys: (response) => void response.end(JSON.stringify({ keys: [provider.key.jwk, jwk] })) },
      token: (of) => new SignJWT(of).setProtectedHeader({ alg: 'ES256', kid: 'new-key' }).sign(privateKey),
    });
    await eventually(async () => expect((await signInWith(api, 'acme')).status).toBe(200));
  });
});
