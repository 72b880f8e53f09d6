import type { ClientRequest, IncomingMessage } from 'node:http';

const DRAIN_BYTES = 64 * 1024;
/** How long we wait for the rest of an answer. Only its connection is lost afterwards. */
const DRAIN_MS = 1000;

/**
 * Sends a request and waits for the headers of its answer.
 * @throws the error of the connection, or the reason of `signal` if it aborts
 */
export function send(
  request: ClientRequest,
  body: string | Buffer,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      request.destroy();
      // Not left to the "error" event, because a request that waits for a connection doesn't emit it before it has one.
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    request.once('response', resolve);
    request.on('error', reject);
    request.once('close', () => {
      signal.removeEventListener('abort', abort);
      // After "101 Switching Protocols", this is the only event.
      reject(Object.assign(new Error('connection closed'), { code: 'ECONNRESET' }));
    });
    request.end(body);
  });
}

/**
 * Reads the answer to its end, so that its connection can be used again. If it's too long, too slow or aborted, the
 * connection is destroyed.
 */
export function drain(answer: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => answer.destroy(), DRAIN_MS);
    let bytes = 0;
    answer.on('data', ({ length }: Buffer) => {
      bytes += length;
      if (bytes > DRAIN_BYTES) {
        answer.destroy();
      }
    });
    answer.on('error', () => undefined);
    answer.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
