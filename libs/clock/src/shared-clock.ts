import { Injectable } from '@nestjs/common';
import { Clock } from './clock.js';

/** A measurement of the reference's time. */
export interface Reading {
  /** The reference's time, in milliseconds since the epoch. */
  readonly millis: number;
  /** When the reference was read, by `performance.now()`. */
  readonly at: number;
}

/** A difference between our two clocks that says that one was set, or that the machine was suspended. */
const JUMP_MS = 500;

/**
 * The time of a reference that all replicas share, such as PostgreSQL: their own clocks differ, and what one replica
 * wrote, another would take for too old. Until the first reading, it is this machine's time.
 */
@Injectable()
export class SharedClock extends Clock {
  private reading: Reading = { millis: Date.now(), at: performance.now() };
  private wall = Date.now();
  private onJump: () => void = () => undefined;

  override now(): Date {
    return new Date(this.millis());
  }

  override millis(): number {
    const elapsed = performance.now() - this.reading.at;
    if (Math.abs(Date.now() - this.wall - elapsed) > JUMP_MS) {
      this.wall = Date.now() - elapsed;
      this.onJump();
    }
    return Math.round(this.reading.millis + elapsed);
  }

  /** Follows the reference from this reading on. @returns how far this machine's clock is ahead of it, in milliseconds */
  set(reading: Reading): number {
    this.reading = reading;
    const elapsed = performance.now() - reading.at;
    this.wall = Date.now() - elapsed;
    return Math.round(this.wall - reading.millis);
  }

  /** Calls `listener` when the last reading may no longer tell the time. */
  whenJumped(listener: () => void): void {
    this.onJump = listener;
  }
}
