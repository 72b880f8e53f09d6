import { setTimeout as delay } from 'node:timers/promises';

/** Several times the duration of the slowest of the branches that must be indistinguishable. */
const MINIMUM_MS = 50;

/**
 * Takes at least 50 ms, so that the duration doesn't reveal which branch `work` took, and thus whether there is an
 * account (OWASP Authentication Cheat Sheet, "Authentication and Error Messages").
 */
export async function withMinimumDuration<T>(work: () => Promise<T>): Promise<T> {
  const [result] = await Promise.all([work(), delay(MINIMUM_MS)]);
  return result;
}
