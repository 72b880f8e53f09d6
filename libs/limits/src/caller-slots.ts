import { type Problem, tooManyRequests, unavailable } from '#libs/problem';

const RETRY_SOON = { 'Retry-After': '1' };
const TOO_MANY = 'Too many of your requests are waiting for earlier ones. Send fewer at once.';
const BUSY = 'Your earlier requests take too long for this one to wait for them. Send fewer at once.';
const NO_SLOT = 'the caller has kept all of its slots busy';

export interface SlotOptions {
  /** How many requests of one caller run at once. */
  readonly perCaller: number;
  /** How much memory the requests that wait may take up, for one caller and for all. */
  readonly waitingBytesPerCaller: number;
  readonly waitingBytes: number;
  readonly maxWaitMs: number;
  /** How often to look for requests that have waited too long. */
  readonly checkMs: number;
}

interface Waiting {
  readonly bytes: number;
  /** When it's too late, in milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** Whether the client has gone, so that no one would get the response. */
  readonly isAbandoned: () => boolean;
  readonly start: (value: true) => void;
  readonly refuse: (problem: Problem) => void;
}

/** Those of one caller, in order. */
interface Queue {
  readonly waiting: Waiting[];
  bytes: number;
}

/**
 * Runs a few requests of each caller at a time, and lets the others wait in order. Rate limits allow a caller to send a
 * whole minute's requests at once. Without slots, these would take all database connections, and everyone else would
 * have to wait for them.
 *
 * Waiting must be cheap, because even quick requests wait if many arrive at the same moment: one timer watches all.
 */
export class CallerSlots {
  private readonly running = new Map<string, number>();
  private readonly queues = new Map<string, Queue>();
  private waitingBytes = 0;
  private watch: NodeJS.Timeout | undefined;

  constructor(private readonly options: SlotOptions) {}

  /** @returns whether there was a free slot, which the caller then has until `release` */
  tryAcquire(caller: string): boolean {
    const running = this.running.get(caller) ?? 0;
    if (running >= this.options.perCaller) {
      return false;
    }
    this.running.set(caller, running + 1);
    return true;
  }

  /**
   * Waits for a slot.
   * @param bytes roughly how much memory the request takes up
   * @returns a promise that rejects with the problem `too-many-requests` if too many of this caller's requests wait
   * already, or `unavailable` if it's all callers together or no slot becomes free in time
   */
  acquire(caller: string, bytes: number, isAbandoned: () => boolean): Promise<true> {
    const queue = this.queues.get(caller) ?? { waiting: [], bytes: 0 };
    if (queue.bytes + bytes > this.options.waitingBytesPerCaller) {
      return Promise.reject(tooManyRequests({ detail: TOO_MANY, headers: RETRY_SOON }));
    }
    if (this.waitingBytes + bytes > this.options.waitingBytes) {
      return Promise.reject(unavailable({ headers: RETRY_SOON }));
    }
    this.queues.set(caller, queue);
    queue.bytes += bytes;
    this.waitingBytes += bytes;
    this.watch ??= setInterval(() => this.refuseLate(), this.options.checkMs).unref();
    const deadline = performance.now() + this.options.maxWaitMs;
    return new Promise((start, refuse) =>
      queue.waiting.push({ bytes, deadline, isAbandoned, start, refuse }),
    );
  }

  /** Passes the slot on to the caller's next request, or frees it. */
  release(caller: string): void {
    const queue = this.queues.get(caller);
    for (let next = queue && this.dequeue(caller, queue); queue && next; next = this.dequeue(caller, queue)) {
      if (!next.isAbandoned()) {
        next.start(true);
        return;
      }
      next.refuse(tooManyRequests());
    }
    const running = (this.running.get(caller) ?? 0) - 1;
    if (running > 0) {
      this.running.set(caller, running);
    } else {
      this.running.delete(caller);
    }
  }

  /** They wait in order, so those that are late come first. */
  private refuseLate(): void {
    const now = performance.now();
    for (const [caller, queue] of this.queues) {
      while ((queue.waiting[0]?.deadline ?? Infinity) <= now) {
        this.dequeue(caller, queue)?.refuse(
          unavailable({ detail: BUSY, headers: RETRY_SOON, cause: new Error(NO_SLOT) }),
        );
      }
    }
    if (this.queues.size === 0) {
      clearInterval(this.watch);
      this.watch = undefined;
    }
  }

  private dequeue(caller: string, queue: Queue): Waiting | undefined {
    const first = queue.waiting.shift();
    if (first) {
      queue.bytes -= first.bytes;
      this.waitingBytes -= first.bytes;
    }
    if (queue.waiting.length === 0) {
      this.queues.delete(caller);
    }
    return first;
  }
}
