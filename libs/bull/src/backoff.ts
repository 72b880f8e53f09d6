import type { Backoff } from '#libs/jobs';

/**
 * The wait in milliseconds before retry number `retry` (from 1).
 * @param random a number from 0 (inclusive) to 1 (exclusive)
 */
export function backoffDelay(backoff: Backoff, retry: number, random: number): number {
  return Math.max(1, Math.round(fullDelay(backoff, retry) * (1 - backoff.jitter * random)));
}

function fullDelay({ baseMs, capMs, later }: Backoff, retry: number): number {
  if (later && retry > later.afterRetries) {
    return doubled(capMs, retry - later.afterRetries, later.capMs);
  }
  return doubled(baseMs, retry - 1, capMs);
}

function doubled(startMs: number, times: number, capMs: number): number {
  return Math.min(startMs * 2 ** times, capMs);
}
