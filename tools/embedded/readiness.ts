import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when the URL returns 200, or when the signal is aborted. */
export async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await answersOk(url))) {
    await delay(50);
  }
}

function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Without an agent, the connection is closed after the response and does not delay a stop.
    const request = get(url, { agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
    request.on('close', () => resolve(false));
  });
}
