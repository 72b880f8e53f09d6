/** A request to count, and the limit to apply. */
export interface Hit {
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
  /** How long a caller is blocked after exceeding the limit. Default: until the window allows another request. */
  readonly blockMs?: number;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Requests left in the window after this one. */
  readonly remaining: number;
  /** Time until the oldest request leaves the window, which allows another one. */
  readonly resetMs: number;
}

/**
 * A sliding window in memory: exact, with at most `limit` timestamps per key. Enforces limits per replica while Redis
 * is down.
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
    // Deleting first moves the key to the end, so that the first key is the least recently used.
    this.logs.delete(key);
    this.logs.set(key, log);
    if (this.logs.size > this.maxKeys) {
      const [oldest] = this.logs.keys();
      this.logs.delete(oldest as string);
    }
    return { allowed, remaining: limit - log.length, resetMs: (log[0] ?? now) + windowMs - now };
  }
}
