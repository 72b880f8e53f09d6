import { setTimeout as delay } from 'node:timers/promises';

/** Several times what the longest of the branches takes that nobody shall tell apart. */
const EVEN_MS = 50;

/**
 * Ends no sooner than 50 ms after it began, so that its duration doesn't tell which way `work` went: whether there is
 * an account (OWASP Authentication Cheat Sheet, "Authentication and Error Messages").
 */
export async function withMinimumDuration<T>(work: () => Promise<T>): Promise<T> {
  const [result] = await Promise.all([work(), delay(EVEN_MS)]);
  return result;
}
