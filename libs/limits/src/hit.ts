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
  /** Time until the oldest requests leave the window, which allows others. */
  readonly resetMs: number;
}

/** As clients are told: whoever waits that long isn't too early. */
export function secondsUntilReset({ resetMs }: Verdict): number {
  return Math.ceil(resetMs / 1000);
}

/**
 * Requests that arrive within one slice of a window are counted together. It bounds what's stored for a caller, whatever
 * the limit is, and is the error: a request counts for at most this part of the window longer than it should.
 */
const SLICES = 128;

/** How long a slice is, in milliseconds. A limit with fewer requests than slices is exact. */
export function sliceMsOf({ limit, windowMs }: Hit): number {
  return limit <= SLICES ? 1 : Math.max(1, Math.floor(windowMs / SLICES));
}
