import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { v7 } from 'uuid';
import { Clock } from './clock.js';

/** Half of what the counter can hold, so that there's room to count in. */
const MAX_START = 0x7fff_ffff;

/**
 * The source of IDs: UUIDv7 (RFC 9562, section 5.7), which sort by creation time. Those that a process makes in the same
 * millisecond sort in the order in which they were made (section 6.2, method 1).
 */
@Injectable()
export class IdSource {
  private last = { msecs: Number.NaN, seq: 0 };

  constructor(private readonly clock: Clock) {}

  /** @param at the creation time to encode; defaults to now */
  next(at: Date = this.clock.now()): string {
    const msecs = at.getTime();
    const seq = msecs === this.last.msecs ? this.last.seq + 1 : randomInt(MAX_START);
    this.last = { msecs, seq };
    return v7(this.last);
  }
}

/** When a UUIDv7 was made. */
export function timeOfId(id: string): Date {
  return new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16));
}

/** The lowest UUIDv7 of an instant: IDs that sort before it are older, all others aren't. */
export function lowestIdAt(instant: Date): string {
  const hex = Math.max(0, instant.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
