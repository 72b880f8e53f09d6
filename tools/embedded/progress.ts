import { seconds } from '../project.mjs';
import type { Log } from './embedded-server.ts';

const STILL_MS = 5_000;

/** Prints how long a step took, and that it is still running if it takes long. */
export async function timed<T>(print: Log, name: string, step: Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const heartbeat = setInterval(() => print(`  ${name}: still starting (${seconds(startedAt)})`), STILL_MS);
  try {
    const result = await step;
    print(`  ${name}: ready (${seconds(startedAt)})`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
