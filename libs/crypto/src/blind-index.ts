import { createHmac } from 'node:crypto';
import type { Key, KeyRing } from './key-ring.js';

/**
 * One of the `candidates` of a value: the same one in all processes that have the same keys, whatever their order. For locks
 * and counters.
 */
export function commonIndex(candidates: readonly string[]): string {
  return [...candidates].sort()[0] ?? '';
}

/** Makes encrypted values searchable by equality: a keyed hash that reveals nothing without the key. */
export class BlindIndex {
  constructor(private readonly keys: KeyRing) {}

  /** The hash to store, under the primary key. */
  compute(value: string, domain: string): string {
    return this.hash(this.keys.primary, value, domain);
  }

  /** The hashes to search for, one per key in the ring, so that rows hashed with an older key are found too. */
  candidates(value: string, domain: string): string[] {
    return this.keys.keys.map((key) => this.hash(key, value, domain));
  }

  /** Whether there are several keys, so that other processes may store other hashes of a value. */
  get hasSeveralKeys(): boolean {
    return this.keys.keys.length > 1;
  }

  private hash({ id, secret }: Key, value: string, domain: string): string {
    return `${id}.${createHmac('sha256', secret).update(`${domain}\0${value}`).digest('base64url')}`;
  }
}
