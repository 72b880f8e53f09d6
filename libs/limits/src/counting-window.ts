/**
 * Counts requests in a sliding window, with one entry for each slice in which there were some (see `sliceMsOf`). An entry has
 * the time of its latest request, so that none leaves the window too early.
 */
export class CountingWindow {
  /** Oldest first. */
  private readonly entries: { at: number; count: number }[] = [];
  private total = 0;

  constructor(
    private readonly windowMs: number,
    private readonly sliceMs: number,
  ) {}

  /** How many requests are in the window. */
  count(now: number): number {
    while (this.entries[0] && this.entries[0].at <= now - this.windowMs) {
      this.total -= this.entries.shift()?.count ?? 0;
    }
    return this.total;
  }

  /** The time until the oldest requests leave the window, in milliseconds, after `count`. */
  resetMs(now: number): number {
    return (this.entries[0]?.at ?? now) + this.windowMs - now;
  }

  add(count: number, at: number): void {
    const latest = this.entries.at(-1);
    const slice = Math.floor(at / this.sliceMs);
    if (latest && Math.floor(latest.at / this.sliceMs) >= slice) {
      latest.at = Math.max(latest.at, at);
      latest.count += count;
    } else {
      this.entries.push({ at, count });
    }
    this.total += count;
  }

  /** Takes back the latest ones: they were counted, but never came. */
  remove(count: number): void {
    let left = count;
    for (let latest = this.entries.at(-1); latest && left > 0; latest = this.entries.at(-1)) {
      const removed = Math.min(left, latest.count);
      latest.count -= removed;
      this.total -= removed;
      left -= removed;
      if (latest.count === 0) {
        this.entries.pop();
      }
    }
  }
}
