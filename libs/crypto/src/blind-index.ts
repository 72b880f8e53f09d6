import { createHmac } from 'node:crypto';
import type { Key, KeyRing } from './key-ring.js';

/** Makes encrypted values searchable by equality: a keyed hash that tells nothing without the key. */
export class BlindIndex {
  constructor(private readonly keys: KeyRing) {}

  /** What to store: the hash under the writing key. */
  compute(value: string, domain: string): string {
    return this.under(this.keys.primary, value, domain);
  }

  /** What to search for: the hash under every key of the ring, so that rows of an older key are found too. */
  candidates(value: string, domain: string): string[] {
    return this.keys.keys.map((key) => this.under(key, value, domain));
  }

  private under({ id, secret }: Key, value: string, domain: string): string {
    return `${id}.${createHmac('sha256', secret).update(`${domain}\0${value}`).digest('base64url')}`;
  }
}
