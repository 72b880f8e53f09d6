import type { Backoff } from './define-job.js';

/** The wait in milliseconds before retry number `retry` (from 1), without jitter. */
export function fullDelay({ baseMs, capMs, later }: Backoff, retry: number): number {
  if (later && retry > later.afterRetries) {
    return doubled(capMs, retry - later.afterRetries, later.capMs);
  }
  return doubled(baseMs, retry - 1, capMs);
}

function doubled(startMs: number, times: number, capMs: number): number {
  return Math.min(startMs * 2 ** times, capMs);
}
