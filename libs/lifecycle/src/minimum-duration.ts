import { setTimeout as delay } from 'node:timers/promises';

/**
 * Several times the duration of the slowest of the branches that must be indistinguishable, which is 25 ms: on a busy machine,
 * that takes two or three times as long, and must not show then, either.
 */
const MINIMUM_MS = 100;

/**
 * Takes at least 100 ms, so that the duration doesn't reveal which branch `work` took, and thus whether there is an
 * account (OWASP Authentication Cheat Sheet, "Authentication and Error Messages").
 */
export async function withMinimumDuration<T>(work: () => Promise<T>): Promise<T> {
  const [result] = await Promise.all([work(), delay(MINIMUM_MS)]);
  return result;
}
