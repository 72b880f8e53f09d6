/** Thrown when as many wait as may. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

/** Runs so many pieces of work at a time, in the order they came, and lets so many wait. */
export class WorkQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly concurrency: number,
    private readonly capacity: number,
  ) {}

  get length(): number {
    return this.waiting.length;
  }

  /** @throws QueueFullError at once, rather than after a wait that nobody has the patience for */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.concurrency) {
      this.running += 1;
    } else {
      if (this.waiting.length >= this.capacity) {
        throw new QueueFullError();
      }
      // Whoever finishes hands its place on, so `running` stays as it is.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) {
        next();
      } else {
        this.running -= 1;
      }
    }
  }
}
