import { createECDH } from 'node:crypto';
import { BadValue, type EnvironmentReader } from './reader.js';

/** A key pair on P-256, as browsers and push services write it. */
export interface VapidKeys {
  /** The scalar of 32 bytes, in base64url. */
  readonly privateKey: string;
  /** The uncompressed point of 65 bytes, in base64url. */
  readonly publicKey: string;
}

export interface VapidConfig extends VapidKeys {
  /** Whom push services may write to: an https or mailto URL (RFC 8292, section 2.1). */
  readonly subject: string;
}

/** @param sender the address that emails come from, for servers without https */
export function readVapid(
  read: EnvironmentReader,
  publicUrl: string | undefined,
  sender: string | undefined,
): VapidConfig | null {
  const keys = read.optional<VapidKeys | null>('VAPID_PRIVATE_KEY', parseVapidPrivateKey, () => null);
  const subject = publicUrl?.startsWith('https:') ? publicUrl : `mailto:${sender ?? ''}`;
  return keys && { ...keys, subject };
}

/** The private key of VAPID, as `web-push generate-vapid-keys` prints it. */
function parseVapidPrivateKey(text: string): VapidKeys {
  const bytes = Buffer.from(text, 'base64url');
  const isWellFormed = bytes.length === 32 && bytes.toString('base64url') === text;
  const publicKey = isWellFormed ? publicKeyOf(bytes) : null;
  if (publicKey === null) {
    throw new BadValue(
      'must be a P-256 private key: 32 bytes in base64url, without padding ' +
        '(generate one with: npx web-push generate-vapid-keys)',
    );
  }
  return { privateKey: text, publicKey };
}

/** @returns null if it's zero, or not below the order of the curve */
function publicKeyOf(privateKey: Buffer): string | null {
  const curve = createECDH('prime256v1');
  try {
    curve.setPrivateKey(privateKey);
    return curve.getPublicKey('base64url');
  } catch {
    return null;
  }
}
