import { createHmac, generateKeyPairSync, KeyObject, randomUUID, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useApiApp } from '../../../../test/support/api-app.js';
import { eventually } from '../../../../test/support/eventually.js';
import { aUser } from '../../../../test/support/factories.js';
import {
  encryptedTo,
  hmacsWith,
  part,
  signedByAttacker,
  signedWith,
  tokenOf,
} from '../../../../test/support/forged-token.js';
import { useListener } from '../../../../test/support/listener.js';
import {
  followRealTime,
  OAUTH_SETTINGS,
  providerSettings,
  signInWith,
} from '../../../../test/support/oauth.js';
import { rowCounts } from '../../../../test/support/stored.js';
import { useUnrulyProvider } from '../../../../test/support/unruly-provider.js';

type Claims = Readonly<Record<string, unknown>>;
type Forge = (of: Claims) => string | Promise<string>;

const provider = useUnrulyProvider();
const attacker = useListener();
const { api, clock, database } = useApiApp(() => ({
  ...OAUTH_SETTINGS,
  ...providerSettings('ACME', provider, { ISSUER: provider.url, TRUST_EMAIL: 'true' }),
}));
followRealTime(clock);

const HEADER = { alg: 'RS256', kid: 'the-key' };
let claims: Claims;

beforeEach(() => {
  claims = { sub: randomUUID(), email: aUser().email, email_verified: true };
});

/** Signed by the provider, whatever it contains. */
function signedByProvider(header: unknown, payload: unknown): string {
  const key = KeyObject.from(provider.key.privateKey);
  return tokenOf(header, payload, (input) => sign('sha256', input, key));
}

async function expectRefused(token: Forge, what?: string): Promise<void> {
  provider.be({ claims, token });
  const before = await rowCounts(database.url);
  expect([what, (await signInWith(api, 'acme')).error]).toEqual([what, 'invalid-provider-response']);
  expect(await rowCounts(database.url)).toEqual(before);
}

/** RFC 8725, sections 2 and 3. What isn't here, such as other claims, is in id-token.spec.ts. */
describe('a forged ID token', () => {
  it('is only made of what these tests change: with nothing changed, it is accepted', async () => {
    provider.be({ claims, token: (of) => signedByProvider(HEADER, of) });
    expect((await signInWith(api, 'acme')).status).toBe(200);
  });

  it.each(['None', 'NONE', 'nOnE', '', null])(
    'is refused without a signature, with the algorithm %j (section 2.1)',
    async (alg) => {
      await expectRefused((of) => `${part({ ...HEADER, alg })}.${part(of)}.`);
    },
  );

  it('is refused with any spelling of the public key as its secret (section 2.1)', async () => {
    const publicKey = KeyObject.from(provider.key.publicKey);
    for (const [position, [what]] of hmacsWith(publicKey, HEADER, {}).entries()) {
      await expectRefused((of) => hmacsWith(publicKey, HEADER, of)[position]?.[1] ?? '', what);
    }
  });

  it('is refused with the secret of our client as its key: we only take signatures', async () => {
    await expectRefused((of) =>
      tokenOf({ ...HEADER, alg: 'HS256' }, of, (input) =>
        createHmac('sha256', provider.clientSecret).update(input).digest(),
      ),
    );
  });

  it.each(['RS256', 'ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA'] as const)(
    'is refused with the ID of a key and a signature of another one: %s (section 3.1)',
    async (alg) => {
      await expectRefused((of) => signedByAttacker(alg, HEADER, of));
    },
  );

  it('is refused with zeros for a signature, which fit every key if nobody checks (CVE-2022-21449)', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'another-key', alg: 'ES256' };
    const header = { alg: 'ES256', kid: 'another-key' };
    const endpoints = {
      keys: (response: { end: (body: string) => unknown }) =>
        void response.end(JSON.stringify({ keys: [provider.key.jwk, jwk] })),
    };
    provider.be({ claims, endpoints, token: (of) => signedWith(privateKey, header, of) });
    await eventually(async () => expect((await signInWith(api, 'acme')).status).toBe(200));
    provider.be({ claims, endpoints, token: (of) => tokenOf(header, of, () => Buffer.alloc(64)) });
    expect((await signInWith(api, 'acme')).error).toBe('invalid-provider-response');
  });

  it.each(['../../../../dev/null', "' or '1'='1", '| id', 'file:///dev/null', '\0', '__proto__', 'toString'])(
    'is refused with a key ID that is meant for something else: %j (section 3.10)',
    async (kid) => {
      await expectRefused((of) => signedByAttacker('RS256', { kid }, of));
      await expectRefused((of) => tokenOf({ alg: 'HS256', kid }, of, () => Buffer.alloc(32)));
    },
  );

  it.each<[string, (key: KeyObject) => Record<string, unknown>]>([
    ['jwk', (key) => ({ jwk: key.export({ format: 'jwk' }) })],
    ['jku', () => ({ jku: `${attacker.url}/jwks.json` })],
    ['x5u', () => ({ x5u: `${attacker.url}/certificate.pem` })],
    ['x5c', (key) => ({ x5c: [key.export({ type: 'spki', format: 'der' }).toString('base64')] })],
  ])('cannot bring its own key along, nor make us fetch one: %s (section 3.10)', async (_, brought) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    attacker.serve({ keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'RS256', kid: 'the-key' }] });
    const header = { ...HEADER, ...brought(publicKey) };
    await expectRefused((of) => tokenOf(header, of, (input) => sign('sha256', input, privateKey)));
    // Of a token that is the provider's, it's ignored.
    provider.be({ claims, token: (of) => signedByProvider(header, of) });
    expect((await signInWith(api, 'acme')).status).toBe(200);
    expect(attacker.asked).toEqual([]);
  });

  it.each<[string, Forge]>([
    [
      'encrypted to the public key of the provider',
      (of) => encryptedTo(KeyObject.from(provider.key.publicKey), JSON.stringify(of)),
    ],
    [
      'compressed and encrypted',
      (of) => encryptedTo(KeyObject.from(provider.key.publicKey), JSON.stringify(of), true),
    ],
    ['compressed', (of) => signedByProvider({ ...HEADER, zip: 'DEF' }, deflateRawSync(JSON.stringify(of)))],
    ['a token in a token', (of) => signedByProvider({ ...HEADER, cty: 'JWT' }, signedByProvider(HEADER, of))],
    ['a token in JSON', (of) => signedByProvider(HEADER, JSON.stringify(signedByProvider(HEADER, of)))],
  ])('is refused if it is %s (sections 3.2 and 3.6)', async (_, token) => {
    await expectRefused(token);
  });

  it('has the last of two claims of the same name, as everywhere (RFC 7519, section 4)', async () => {
    const doubled = (of: Claims, more: object) =>
      `${JSON.stringify(of).slice(0, -1)},${JSON.stringify(more).slice(1)}`;
    await expectRefused((of) => signedByProvider(HEADER, doubled(of, { aud: 'another-client' })));
    await expectRefused((of) => signedByProvider(HEADER, doubled(of, { nonce: 'x'.repeat(43) })));
    const { email } = aUser();
    provider.be({ claims, token: (of) => signedByProvider(HEADER, doubled(of, { email })) });
    expect((await signInWith(api, 'acme')).body.user.email).toBe(email);
  });
});
