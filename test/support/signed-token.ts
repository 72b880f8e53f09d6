import { createPrivateKey, sign } from 'node:crypto';
import { setting } from './setting.js';

/** A JSON Web Token that the application's own key has signed, with any header and claims. */
export function signedToken(header: unknown, claims: unknown): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  const key = createPrivateKey(setting('TEST_JWT_PRIVATE_KEYS').replaceAll('\\n', '\n'));
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** Base64url with bits at the end that stand for nothing: decoders that don't look read the same bytes. */
export function withStrayBits(base64url: string): string {
  const last = base64url.at(-1) ?? '';
  return `${base64url.slice(0, -1)}${ALPHABET[ALPHABET.indexOf(last) ^ 1] ?? ''}`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Text is taken as it is, so that what isn't an object can be encoded, too. */
function encoded(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}
