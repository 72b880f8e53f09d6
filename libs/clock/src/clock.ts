import { Injectable } from '@nestjs/common';

/** Where the time comes from. Injected, so that a test can move it by hand instead of sleeping. */
export abstract class Clock {
  /** The current instant. */
  abstract now(): Date;

  /** The current instant in milliseconds since the epoch. */
  millis(): number {
    return this.now().getTime();
  }
}

@Injectable()
export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }

  override millis(): number {
    return Date.now();
  }
}
