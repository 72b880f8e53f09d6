import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { CompactEncrypt } from 'jose';

type Claims = object;
type Header = Readonly<Record<string, unknown>>;

/** Text and bytes are taken as they are. */
export function part(value: unknown): string {
  const bytes =
    typeof value === 'string' || value instanceof Uint8Array ? Buffer.from(value) : JSON.stringify(value);
  return Buffer.from(bytes as Buffer).toString('base64url');
}

/** A token of which the attacker makes everything. */
export function tokenOf(
  header: unknown,
  payload: unknown,
  signatureOf: (input: Buffer) => Uint8Array,
): string {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${part(signatureOf(Buffer.from(input)))}`;
}

/** Signed with a new key of the attacker's, which fits the algorithm. */
export function signedByAttacker(alg: keyof typeof SIGNERS, header: Header, claims: Claims): string {
  return tokenOf({ ...header, alg }, claims, SIGNERS[alg]());
}

/** For an attacker who has published the other half of this key. */
export function signedWith(key: KeyObject, header: Header, claims: Claims): string {
  return tokenOf(header, claims, (input) => sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' }));
}

const curve = (namedCurve: string, hash: string) => () => {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve });
  return (input: Buffer) => sign(hash, input, { key, dsaEncoding: 'ieee-p1363' });
};

/** Every family of algorithms (RFC 7518, section 3.1, RFC 8037 and RFC 8812), each with a key that fits. */
const SIGNERS = {
  ES256: curve('P-256', 'sha256'),
  ES384: curve('P-384', 'sha384'),
  ES512: curve('P-521', 'sha512'),
  ES256K: curve('secp256k1', 'sha256'),
  EdDSA: () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    return (input: Buffer) => sign(null, input, privateKey);
  },
  RS256: () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return (input: Buffer) => sign('sha256', input, privateKey);
  },
} satisfies Record<string, () => (input: Buffer) => Buffer>;

/** Every spelling of a public key that a careless library could take for a secret. */
export function hmacsWith(publicKey: KeyObject, header: Header, payload: unknown): [string, string][] {
  const spki = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const jwk = publicKey.export({ format: 'jwk' });
  const secrets: Record<string, string | Buffer> = {
    PEM: spki,
    'PEM without its last line break': spki.trimEnd(),
    DER: publicKey.export({ type: 'spki', format: 'der' }),
    JWK: JSON.stringify(jwk),
    nothing: '',
  };
  return Object.entries(secrets).flatMap(([name, secret]) =>
    ([256, 384, 512] as const).map((bits): [string, string] => [
      `HS${bits} with the public key's ${name}`,
      tokenOf({ ...header, alg: `HS${bits}` }, payload, (input) =>
        createHmac(`sha${bits}`, secret).update(input).digest(),
      ),
    ]),
  );
}

/** Encrypted to a public key, as anyone can. It may also be compressed, to a bomb. */
export function encryptedTo(publicKey: KeyObject, payload: string, zip = false): Promise<string> {
  return new CompactEncrypt(zip ? deflateRawSync(payload) : Buffer.from(payload))
    .setProtectedHeader({
      alg: publicKey.asymmetricKeyType === 'rsa' ? 'RSA-OAEP' : 'ECDH-ES',
      enc: 'A128GCM',
      cty: 'JWT',
    })
    .encrypt(publicKey);
}
