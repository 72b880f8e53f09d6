import { type Backoff, fullDelay } from '#libs/jobs';

/**
 * The wait in milliseconds before retry number `retry` (from 1).
 * @param random a number from 0 (inclusive) to 1 (exclusive)
 */
export function backoffDelay(backoff: Backoff, retry: number, random: number): number {
  return Math.max(1, Math.round(fullDelay(backoff, retry) * (1 - backoff.jitter * random)));
}
