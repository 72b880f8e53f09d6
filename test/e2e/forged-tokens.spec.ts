import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { useApiApp } from '../support/api-app.js';
import {
  encryptedTo,
  hmacsWith,
  part,
  signedByAttacker,
  signedWith,
  tokenOf,
} from '../support/forged-token.js';
import { useListener } from '../support/listener.js';
import { expectProblem } from '../support/problems.js';
import { setting } from '../support/setting.js';
import { useUser } from '../support/use-app.js';

const { api } = useApiApp();
const user = useUser(api);
const stranger = useUser(api);
const attacker = useListener();

const token = (): string => user.session.accessToken;
const claims = () => decodeJwt(token());
const header = () => ({ ...decodeProtectedHeader(token()), typ: 'at+jwt' });
const statusOf = async (accessToken: string): Promise<number> => (await api.as({ accessToken }).me()).status;

function ourKey(): KeyObject {
  return createPrivateKey(setting('TEST_JWT_PRIVATE_KEYS').replaceAll('\\n', '\n'));
}

/** Signed with our own key, whatever it contains. */
function signedByUs(changed: unknown, payload: unknown): string {
  return tokenOf(changed, payload, (input) =>
    sign('sha256', input, { key: ourKey(), dsaEncoding: 'ieee-p1363' }),
  );
}

async function expectRejected(accessToken: string, what?: string): Promise<void> {
  const answer = await api.as({ accessToken }).me();
  expect([what, answer.status]).toEqual([what, 401]);
  expectProblem(answer, 401, 'unauthenticated');
}

/** RFC 8725, sections 2 and 3. What isn't here, such as other claims, is in strict-tokens.spec.ts. */
describe('a forged access token', () => {
  it('is only made of what these tests change: with nothing changed, it is accepted', async () => {
    expect(await statusOf(signedByUs(header(), claims()))).toBe(200);
  });

  it.each(['none', 'None', 'NONE', 'nOnE', '', null])(
    'is rejected without a signature, with the algorithm %j (section 2.1)',
    async (alg) => {
      const unsigned = `${part({ ...header(), alg })}.${part(claims())}`;
      await expectRejected(`${unsigned}.`);
      await expectRejected(unsigned);
      await expectRejected(`${unsigned}.${token().split('.')[2]}`);
    },
  );

  it('is rejected with any spelling of the public key as its secret (section 2.1)', async () => {
    const tokens = hmacsWith(createPublicKey(ourKey()), header(), claims());
    expect(tokens).toHaveLength(15);
    for (const [what, forged] of tokens) {
      await expectRejected(forged, what);
    }
  });

  it.each(['ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA', 'RS256'] as const)(
    'is rejected with the ID of our key and a signature of another one: %s (section 3.1)',
    async (alg) => {
      await expectRejected(signedByAttacker(alg, header(), claims()));
    },
  );

  it.each<[string, () => Uint8Array]>([
    ['zeros, which fit every key if nobody checks (CVE-2022-21449)', () => Buffer.alloc(64)],
    ['the order of the curve, which is as good as zero', () => Buffer.from(P256_ORDER.repeat(2), 'hex')],
    ['nothing', () => Buffer.alloc(0)],
    ['one byte too many', () => Buffer.concat([signatureOf(token()), Buffer.alloc(1)])],
    ['one byte too few', () => signatureOf(token()).subarray(1)],
  ])('is rejected with a signature of %s (section 3.3)', async (_, signature) => {
    await expectRejected(tokenOf(header(), claims(), signature));
  });

  it('is rejected with our signature in ASN.1 (section 3.3)', async () => {
    await expectRejected(
      tokenOf(header(), claims(), (input) => sign('sha256', input, { key: ourKey(), dsaEncoding: 'der' })),
    );
  });

  it.each([
    '../../../../dev/null',
    '/dev/null',
    '/proc/sys/kernel/randomize_va_space',
    "' or '1'='1",
    "x' union select 'secret'--",
    '$(id)',
    '| id',
    'file:///dev/null',
    '\0',
    'constructor',
    'toString',
  ])('is rejected with a key ID that is meant for something else: %j (section 3.10)', async (kid) => {
    await expectRejected(signedByUs({ ...header(), kid }, claims()));
    await expectRejected(tokenOf({ ...header(), kid, alg: 'HS256' }, claims(), () => Buffer.alloc(32)));
  });

  it.each<[string, (key: KeyObject) => Record<string, unknown>]>([
    ['jwk', (key) => ({ jwk: key.export({ format: 'jwk' }) })],
    ['jku', () => ({ jku: `${attacker.url}/jwks.json` })],
    ['x5u', () => ({ x5u: `${attacker.url}/certificate.pem` })],
    ['x5c', (key) => ({ x5c: [key.export({ type: 'spki', format: 'der' }).toString('base64')] })],
  ])('cannot bring its own key along, nor make us fetch one: %s (section 3.10)', async (_, brought) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    attacker.serve({ keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', kid: header().kid }] });
    for (const kid of [header().kid, 'another']) {
      await expectRejected(signedWith(privateKey, { ...header(), kid, ...brought(publicKey) }, claims()));
    }
    // Of a token that is ours, it's ignored.
    expect(await statusOf(signedByUs({ ...header(), ...brought(publicKey) }, claims()))).toBe(200);
    expect(attacker.asked).toEqual([]);
  });

  it.each<[string, () => string | Promise<string>]>([
    ['encrypted to our public key', () => encryptedTo(createPublicKey(ourKey()), JSON.stringify(claims()))],
    ['a token of ours, encrypted', () => encryptedTo(createPublicKey(ourKey()), token())],
    ['compressed and encrypted', () => encryptedTo(createPublicKey(ourKey()), token(), true)],
    ['compressed', () => signedByUs({ ...header(), zip: 'DEF' }, deflateRawSync(JSON.stringify(claims())))],
    ['a token in a token', () => signedByUs({ ...header(), cty: 'JWT' }, token())],
    ['a token in JSON', () => signedByUs(header(), JSON.stringify(token()))],
  ])('is rejected if it is %s (sections 3.2 and 3.6)', async (_, make) => {
    await expectRejected(await make());
  });

  it('has the last of two claims of the same name, whoever reads it (RFC 7519, section 4)', async () => {
    const doubled = (first: object, last: object) => {
      const [one, two] = [first, last].map((member) => JSON.stringify(member).slice(1, -1));
      return `{${one},${JSON.stringify(claims()).slice(1, -1)},${two}}`;
    };
    const { sid, sub } = decodeJwt(stranger.session.accessToken);
    const [mine, theirs] = [
      { sid: claims()['sid'], sub: claims().sub },
      { sid, sub },
    ];
    for (const [payload, id] of [
      [doubled(theirs, mine), mine.sub],
      [doubled(mine, theirs), theirs.sub],
    ] as const) {
      const accessToken = signedByUs(header(), payload);
      expect(decodeJwt(accessToken).sub).toBe(id);
      expect((await api.as({ accessToken }).me()).body.id).toBe(id);
    }
    await expectRejected(signedByUs(header(), doubled({}, { exp: 1 })));
    const twoAlgorithms = (first: string, last: string) =>
      `{"alg":"${first}","typ":"at+jwt","kid":"${header().kid}","alg":"${last}"}`;
    expect(await statusOf(signedByUs(twoAlgorithms('none', 'ES256'), claims()))).toBe(200);
    await expectRejected(signedByUs(twoAlgorithms('ES256', 'none'), claims()));
  });
});

/** FIPS 186-4, D.1.2.3. */
const P256_ORDER = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';

function signatureOf(accessToken: string): Buffer {
  return Buffer.from(accessToken.split('.')[2] ?? '', 'base64url');
}
