import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until the URL returns 200, or until `end`.
 * @param stillStarting called now and then
 */
export async function readyOr<T>(
  url: string,
  end: Promise<T>,
  stillStarting: () => void,
): Promise<'ready' | T> {
  const waiting = new AbortController();
  const heartbeat = setInterval(stillStarting, STILL_STARTING_MS);
  try {
    return await Promise.race([end, untilReady(url, waiting.signal).then(() => 'ready' as const)]);
  } finally {
    waiting.abort();
    clearInterval(heartbeat);
  }
}

const STILL_STARTING_MS = 15_000;

async function untilReady(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await answersOk(url))) {
    await delay(25);
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
