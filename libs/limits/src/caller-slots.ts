import { type Problem, tooManyRequests, unavailable } from '#libs/problem';

const RETRY_SOON = { 'Retry-After': '1' };
const TOO_MANY = 'Too many of your requests are waiting for others of yours. Send fewer at once.';

export interface SlotOptions {
  /** How many requests of one caller run at once. */
  readonly perCaller: number;
  /** How much memory the requests that wait may take up, for one caller and for all. */
  readonly waitingBytesPerCaller: number;
  readonly waitingBytes: number;
  readonly maxWaitMs: number;
}

interface Waiting {
  readonly bytes: number;
  /** Whether the client has gone, so that no one would get the response. */
  readonly isAbandoned: () => boolean;
  /** Ends the wait with a slot or, if there's a problem, without one. */
  readonly end: (problem?: Problem) => void;
}

interface Queue {
  readonly waiting: Set<Waiting>;
  bytes: number;
}

/**
 * Runs a few requests of each caller at a time, and lets the others wait in order. Rate limits allow a caller to send a
 * whole minute's requests at once. Without slots, these would take all database connections, and everyone else would
 * have to wait for them.
 */
export class CallerSlots {
  private readonly running = new Map<string, number>();
  private readonly queues = new Map<string, Queue>();
  private waitingBytes = 0;

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
   * @throws Problem `too-many-requests` if too many of this caller's requests wait already, `unavailable` if it's all
   * callers together or no slot becomes free in time
   */
  async acquire(caller: string, bytes: number, isAbandoned: () => boolean): Promise<void> {
    const queue = this.queues.get(caller) ?? { waiting: new Set(), bytes: 0 };
    if (queue.bytes + bytes > this.options.waitingBytesPerCaller) {
      throw tooManyRequests({ detail: TOO_MANY, headers: RETRY_SOON });
    }
    if (this.waitingBytes + bytes > this.options.waitingBytes) {
      throw unavailable({ headers: RETRY_SOON });
    }
    this.queues.set(caller, queue);
    await new Promise<void>((resolve, reject) => {
      const timeout = setTimeout(
        () => waiting.end(unavailable({ headers: RETRY_SOON })),
        this.options.maxWaitMs,
      ).unref();
      const waiting: Waiting = {
        bytes,
        isAbandoned,
        end: (problem) => {
          clearTimeout(timeout);
          this.dequeue(caller, queue, waiting);
          if (problem) {
            reject(problem);
          } else {
            resolve();
          }
        },
      };
      queue.waiting.add(waiting);
      queue.bytes += bytes;
      this.waitingBytes += bytes;
    });
  }

  /** Passes the slot on to the caller's next request, or frees it. */
  release(caller: string): void {
    for (const waiting of this.queues.get(caller)?.waiting ?? []) {
      if (!waiting.isAbandoned()) {
        waiting.end();
        return;
      }
      waiting.end(tooManyRequests());
    }
    const running = (this.running.get(caller) ?? 0) - 1;
    if (running > 0) {
      this.running.set(caller, running);
    } else {
      this.running.delete(caller);
    }
  }

  private dequeue(caller: string, queue: Queue, waiting: Waiting): void {
    queue.waiting.delete(waiting);
    queue.bytes -= waiting.bytes;
    this.waitingBytes -= waiting.bytes;
    if (queue.waiting.size === 0) {
      this.queues.delete(caller);
    }
  }
}
