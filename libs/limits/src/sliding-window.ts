/** One request to count: under which key, and how many are allowed in how long a window. */
export interface Hit {
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
  /** For how long a caller is refused once the limit is exceeded; by default until the window allows one more. */
  readonly blockMs?: number;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Requests left in the window after this one. */
  readonly remaining: number;
  /** Until the oldest request leaves the window, and so one more is allowed. */
  readonly resetMs: number;
}

/**
 * The window in this process's memory: exact, and with as many entries at most as were allowed. It holds the line
 * for one replica while Redis is away.
 */
export class LocalSlidingWindow {
  private readonly logs = new Map<string, number[]>();
  private readonly blockedUntil = new Map<string, number>();

  constructor(private readonly maxKeys: number) {}

  hit({ key, limit, windowMs, blockMs = 0 }: Hit, now: number): Verdict {
    const blockedMs = (this.blockedUntil.get(key) ?? now) - now;
    if (blockedMs > 0) {
      return { allowed: false, remaining: 0, resetMs: blockedMs };
    }
    this.blockedUntil.delete(key);
    const log = (this.logs.get(key) ?? []).filter((at) => at > now - windowMs);
    const allowed = log.length < limit;
    if (allowed) {
      log.push(now);
    }
    if (!allowed && blockMs > 0) {
      this.blockedUntil.set(key, now + blockMs);
      return { allowed, remaining: 0, resetMs: blockMs };
    }
    // Deleting first moves the key to the end, so that the first key is the one unused for longest.
    this.logs.delete(key);
    this.logs.set(key, log);
    if (this.logs.size > this.maxKeys) {
      const [oldest] = this.logs.keys();
      this.logs.delete(oldest as string);
    }
    return { allowed, remaining: limit - log.length, resetMs: (log[0] ?? now) + windowMs - now };
  }
}
