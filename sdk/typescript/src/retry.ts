import { ResponseError, retryAfterOf } from './problem.js';

const MOST_RETRIES = 3;
/** In all. Longer than that, people want to know rather than wait. */
const MOST_WAITING_MS = 10_000;
const BACKOFF_MS = 250;
const SPREAD_MS = 250;
/** 409: the request with the same idempotency key is still running. */
const WITH_RETRY_AFTER: readonly number[] = [409, 429, 503];

export interface RetryOptions {
  /** Running it twice is the same as once, so it may run again even if nobody knows whether it did. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs it until it succeeds: again when the server says to with `Retry-After`, and, if it's repeatable, after a lost
 * connection.
 * @throws the last error, without waiting if that would take too long
 */
export async function withRetries<T>(
  run: () => Promise<T>,
  { repeatable, signal }: RetryOptions,
): Promise<T> {
  let waited = 0;
  for (let retry = 0; ; retry++) {
    try {
      return await run();
    } catch (error) {
      if (signal?.aborted) {
        throw reasonOf(signal);
      }
      const delay =
        error instanceof ResponseError ? delayAfter(error) : repeatable ? BACKOFF_MS * 2 ** retry : Infinity;
      waited += delay;
      if (retry === MOST_RETRIES || waited > MOST_WAITING_MS) {
        throw error;
      }
      // By chance a little longer, so that not all clients come back at once.
      await pause(delay + Math.random() * SPREAD_MS, signal);
    }
  }
}

/** @throws the reason of the signal as soon as it is aborted, however long the promise takes */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) {
    return promise;
  }
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(reasonOf(signal));
  });
  signal.addEventListener('abort', abort);
  if (signal.aborted) {
    abort();
  }
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Leaves no timer behind, which would keep a script from ending. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waiting = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await unlessAborted(waiting, signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds. Infinite if trying again is no use. */
function delayAfter({ status, response }: ResponseError): number {
  const seconds = WITH_RETRY_AFTER.includes(status) ? retryAfterOf(response) : undefined;
  return (seconds ?? Infinity) * 1000;
}

/** React Native's signals have no reason. */
function reasonOf({ reason }: AbortSignal): Error {
  return (reason as Error | undefined) ?? Object.assign(new Error('Aborted'), { name: 'AbortError' });
}
