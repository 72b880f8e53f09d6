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

interface Caller {
  /** When they sent the requests that were allowed, oldest first. */
  readonly hits: readonly number[];
  readonly blockedUntil: number;
}

/**
 * A sliding window in memory: exact, with at most `limit` timestamps per key. Enforces limits per replica while Redis
 * is down.
 */
export class LocalSlidingWindow {
  private readonly callers = new Map<string, Caller>();

  constructor(private readonly maxKeys: number) {}

  hit({ key, limit, windowMs, blockMs = 0 }: Hit, now: number): Verdict {
    const { hits: known = [], blockedUntil = now } = this.callers.get(key) ?? {};
    if (blockedUntil > now) {
      return { allowed: false, remaining: 0, resetMs: blockedUntil - now };
    }
    const recent = known.filter((at) => at > now - windowMs);
    if (recent.length >= limit && blockMs > 0) {
      this.remember(key, { hits: recent, blockedUntil: now + blockMs });
      return { allowed: false, remaining: 0, resetMs: blockMs };
    }
    const allowed = recent.length < limit;
    const hits = allowed ? [...recent, now] : recent;
    this.remember(key, { hits, blockedUntil: now });
    return { allowed, remaining: limit - hits.length, resetMs: (hits[0] ?? now) + windowMs - now };
  }

  private remember(key: string, caller: Caller): void {
    // Deleting first moves the key to the end, so that the first key is the least recently used.
    this.callers.delete(key);
    this.callers.set(key, caller);
    if (this.callers.size > this.maxKeys) {
      const [oldest] = this.callers.keys();
      this.callers.delete(oldest as string);
    }
  }
}
