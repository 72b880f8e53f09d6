import type { Log } from './embedded-server.js';

const STILL_MS = 5_000;

/** Says when the step is done and how long it took, and in between, when it takes long, that it is still at work. */
export async function timed<T>(print: Log, name: string, step: Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const heartbeat = setInterval(() => print(`  ${name}: still starting (${since(startedAt)})`), STILL_MS);
  try {
    const result = await step;
    print(`  ${name}: ready (${since(startedAt)})`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Such as "1.4 s". */
export function since(startedAt: number): string {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
