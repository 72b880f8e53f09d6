import { Injectable } from '@nestjs/common';
import { v7 } from 'uuid';
import { Clock } from './clock.js';

/** The source of IDs: UUIDv7 (RFC 9562, section 5.7), which sort by creation time. */
@Injectable()
export class IdSource {
  constructor(private readonly clock: Clock) {}

  /** @param at the creation time to encode; defaults to now */
  next(at: Date = this.clock.now()): string {
    return v7({ msecs: at.getTime() });
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
