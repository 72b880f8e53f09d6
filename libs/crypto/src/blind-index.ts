import { createHmac } from 'node:crypto';
import type { KeyRing } from './key-ring.js';

/** Makes encrypted values searchable by equality: a keyed hash that tells nothing without the key. */
export class BlindIndex {
  constructor(private readonly keys: KeyRing) {}

  /** What to store: the hash under the writing key. */
  compute(value: string, domain: string): string {
    return this.under(this.keys.primary.id, this.keys.primary.bytes, value, domain);
  }

  /** What to search for: the hash under every key of the ring, so that rows of an older key are found too. */
  candidates(value: string, domain: string): string[] {
    return this.keys.keys.map(({ id, bytes }) => this.under(id, bytes, value, domain));
  }

  private under(id: string, key: Buffer, value: string, domain: string): string {
    return `${id}.${createHmac('sha256', key).update(`${domain}\0${value}`).digest('base64url')}`;
  }
}
