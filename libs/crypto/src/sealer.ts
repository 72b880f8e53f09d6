import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { isCanonicalBase64Url } from './base64url.js';
import type { KeyRing } from './key-ring.js';

const FORMAT = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Thrown if a sealed value was altered, belongs to another context, or names an unknown key. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';
}

/**
 * Authenticated encryption (AES-256-GCM, NIST SP 800-38D), prefixed with the key's ID. The context is additional
 * authenticated data: a value sealed for one row or purpose can't be opened for another, so ciphertexts can't be
 * swapped in the database.
 */
export class Sealer {
  constructor(private readonly keys: KeyRing) {}

  /** @returns `v1.<key id>.<base64url of nonce, ciphertext and tag>` */
  seal(plain: string | Buffer, context: string): string {
    const { id, secret } = this.keys.primary;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', secret, nonce);
    cipher.setAAD(Buffer.from(context));
    const body = Buffer.concat([
      nonce,
      typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `${FORMAT}.${id}.${body.toString('base64url')}`;
  }

  /** @throws SealBrokenError */
  open(sealed: string, context: string): string {
    return this.openBytes(sealed, context).toString('utf8');
  }

  /** @throws SealBrokenError */
  openBytes(sealed: string, context: string): Buffer {
    const [format, id, encoded = '', ...rest] = sealed.split('.');
    const key = id === undefined ? undefined : this.keys.find(id);
    const body = Buffer.from(encoded, 'base64url');
    const isWellFormed = format === FORMAT && rest.length === 0 && isCanonicalBase64Url(encoded);
    if (!isWellFormed || !key || body.length < NONCE_BYTES + TAG_BYTES) {
      throw new SealBrokenError(key ? 'not a sealed value' : `unknown encryption key "${id ?? ''}"`);
    }
    const decipher = createDecipheriv('aes-256-gcm', key.secret, body.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(body.subarray(-TAG_BYTES));
    try {
      const plain = decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([plain, decipher.final()]);
    } catch {
      throw new SealBrokenError('the sealed value was altered or belongs to another context');
    }
  }

  sealJson(value: unknown, context: string): string {
    return this.seal(JSON.stringify(value), context);
  }

  /** @throws SealBrokenError */
  openJson(sealed: string, context: string): unknown {
    return JSON.parse(this.open(sealed, context)) as unknown;
  }
}
