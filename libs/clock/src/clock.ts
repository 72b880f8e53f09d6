/** The source of time. Injected, so that tests can set it instead of sleeping. */
export abstract class Clock {
  /** The current instant. */
  abstract now(): Date;

  /** The current instant in milliseconds since the epoch. */
  millis(): number {
    return this.now().getTime();
  }
}
