import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './key-ring.js';

/** A keyed hash (HMAC-SHA-256) for one purpose. */
export class Mac {
  constructor(private readonly keys: KeyRing) {}

  /** The hash under the primary key, in base64url. */
  sign(text: string): string {
    return tag(this.keys.primary.secret, text);
  }

  /** The hash under every key of the ring, starting with the primary key. */
  candidates(text: string): string[] {
    return this.keys.keys.map(({ secret }) => tag(secret, text));
  }

  /** Whether `mac` is the hash of `text` under any key. Takes the same time for every wrong hash. */
  verify(text: string, mac: string): boolean {
    return this.candidates(text).some((candidate) => equalInConstantTime(candidate, mac));
  }
}

/** Compares secrets in constant time, so that the duration doesn't reveal where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function tag(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
