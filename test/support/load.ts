import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const PAUSE_MS = 5;

/**
 * Sends requests from a process of its own, so that they don't slow down what the test measures.
 * @param options those of autocannon
 * @returns how many responses had each status; 0 is for none
 */
export async function load(url: string, ...options: readonly string[]): Promise<Record<string, number>> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join('node_modules', 'autocannon', 'autocannon.js'),
    '--json',
    ...options,
    url,
  ]);
  const { errors, statusCodeStats } = JSON.parse(stdout) as {
    errors: number;
    statusCodeStats: Record<string, { count: number }>;
  };
  const counts = Object.entries(statusCodeStats).map(([status, { count }]) => [status, count] as const);
  return Object.fromEntries([...counts, ...(errors > 0 ? [['0', errors] as const] : [])]);
}

/** Repeats a request during some work. @returns the 99th percentile of its latency in milliseconds, and what to print */
export async function measureDuring(
  work: () => Promise<unknown>,
  request: (n: number) => Promise<unknown>,
): Promise<{ readonly p99: number; readonly summary: string }> {
  const latencies: number[] = [];
  let done = false;
  const measuring = (async () => {
    for (let n = 0; !done; n += 1) {
      const startedAt = performance.now();
      await request(n);
      latencies.push(performance.now() - startedAt);
      await delay(PAUSE_MS);
    }
  })();
  await work().finally(() => (done = true));
  await measuring;
  latencies.sort((a, b) => a - b);
  const p99 = latencies[Math.ceil(latencies.length * 0.99) - 1] ?? Infinity;
  return { p99, summary: `p99 ${Math.round(p99)} ms of ${latencies.length} requests` };
}
