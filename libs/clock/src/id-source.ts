import { Injectable } from '@nestjs/common';
import { v7 } from 'uuid';
import { Clock } from './clock.js';

/** Where identifiers come from: UUIDv7 (RFC 9562, section 5.7), so that they sort by the time of their making. */
@Injectable()
export class IdSource {
  constructor(private readonly clock: Clock) {}

  next(): string {
    return v7({ msecs: this.clock.millis() });
  }
}
