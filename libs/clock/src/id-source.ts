import { Injectable } from '@nestjs/common';
import { v7 } from 'uuid';
import { Clock } from './clock.js';

/** Where identifiers come from: UUIDv7 (RFC 9562, section 5.7), so that they sort by the time of their making. */
@Injectable()
export class IdSource {
  constructor(private readonly clock: Clock) {}

  /** @param at when the identified thing was made; now, if not given */
  next(at: Date = this.clock.now()): string {
    return v7({ msecs: at.getTime() });
  }
}

/** The lowest UUIDv7 of an instant: ids that sort before it are older, all others are not. */
export function lowestIdAt(instant: Date): string {
  const hex = Math.max(0, instant.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
