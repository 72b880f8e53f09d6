import { CountingWindow } from './counting-window.js';
import { type Hit, sliceMsOf } from './hit.js';

/** What a replica knows about a caller. Times are those of `performance.now()`. */
export class Caller {
  readonly windowMs: number;
  /** What this replica has allowed. */
  readonly window: CountingWindow;
  /** What's left of the lease, and until when it may be used. */
  leased = 0;
  leasedUntil = 0;
  /** What's left apart from the lease, when it began. */
  shared = 0;
  /** No request is allowed until then. */
  refusedUntil = 0;
  /** When the oldest requests leave the window. */
  resetAt = 0;
  private readonly sliceMs: number;
  private sliceEndsAt = 0;
  private inSlice = 0;
  private inLastSlice = 0;

  constructor(hit: Hit) {
    this.windowMs = hit.windowMs;
    this.sliceMs = sliceMsOf(hit);
    this.window = new CountingWindow(hit.windowMs, this.sliceMs);
  }

  /** Notes that there's a request, whether or not it's allowed. */
  came(now: number): void {
    if (now >= this.sliceEndsAt) {
      this.sliceEndsAt = now + this.sliceMs;
      this.inLastSlice = this.inSlice;
      this.inSlice = 0;
    }
    this.inSlice += 1;
  }

  /** How many more requests to expect: as many as there were since, or in the last slice that had some. */
  expected(): number {
    return Math.max(this.inLastSlice, this.inSlice - 1);
  }
}
