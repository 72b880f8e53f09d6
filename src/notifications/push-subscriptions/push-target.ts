import { ECDH } from 'node:crypto';
import { isCanonicalBase64Url } from '#libs/crypto';
import { type JsonObject, memberPointer, unknownMember } from '#libs/json';
import { invalidInput, type InvalidMember } from '#libs/problem';
import { checkOutboundUrl } from '../outbound/index.js';
import type { PushTarget } from '../recipients/index.js';

const POINT_BYTES = 65;
const SECRET_BYTES = 16;

/**
 * What a browser has sent, once it's certain that something can be sent there. Names aren't resolved: their addresses
 * are checked when something is sent.
 * @param allowedNetworks CIDR blocks of push services that aren't public
 * @throws Problem `invalid-input`
 */
export function pushTargetOf(
  endpoint: string,
  keys: JsonObject,
  allowedNetworks: readonly string[],
): PushTarget {
  const { p256dh, auth, ...others } = keys;
  const wrongUrl = checkOutboundUrl(endpoint, allowedNetworks);
  const errors: InvalidMember[] = [
    ...(wrongUrl ? [{ pointer: '/endpoint', ...wrongUrl }] : []),
    ...(isPoint(p256dh) ? [] : [invalidKey('p256dh', 'an uncompressed point on P-256 in base64url')]),
    ...(isSecret(auth) ? [] : [invalidKey('auth', '16 bytes in base64url')]),
    ...Object.keys(others).map((name) => unknownMember(memberPointer('/keys', name))),
  ];
  if (errors.length > 0 || typeof p256dh !== 'string' || typeof auth !== 'string') {
    throw invalidInput({ errors });
  }
  return { endpoint, p256dh, auth };
}

function invalidKey(name: string, what: string): InvalidMember {
  return { pointer: `/keys/${name}`, code: 'invalid-key', message: `must be ${what}` };
}

/** SEC 1, section 2.3.3. A point that isn't on the curve would reveal something about the key of whoever encrypts. */
function isPoint(text: unknown): boolean {
  const bytes = bytesOf(text);
  if (bytes?.length !== POINT_BYTES || bytes[0] !== 4) {
    return false;
  }
  try {
    ECDH.convertKey(bytes, 'prime256v1');
    return true;
  } catch {
    return false;
  }
}

function isSecret(text: unknown): boolean {
  return bytesOf(text)?.length === SECRET_BYTES;
}

function bytesOf(text: unknown): Buffer | null {
  return typeof text === 'string' && isCanonicalBase64Url(text) ? Buffer.from(text, 'base64url') : null;
}
