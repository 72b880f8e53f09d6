/** Thrown if the queue is at capacity. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

/** A FIFO queue with limited concurrency and capacity. */
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

  /** @throws QueueFullError immediately, instead of after a wait that no one would sit through */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.concurrency) {
      this.running += 1;
    } else {
      if (this.waiting.length >= this.capacity) {
        throw new QueueFullError();
      }
      // Finished work hands over its slot, so `running` doesn't change.
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
