import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 25;

/**
 * Tries until the assertion holds, and returns what it returns. For what happens in another process, or after a queue;
 * everything else is awaited directly.
 * @throws the assertion's last error when time is up
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = 10_000 }: { timeoutMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await delay(INTERVAL_MS);
    }
  }
}
