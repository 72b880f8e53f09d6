import type { ServerWritableStream } from '@grpc/grpc-js';
import { inBackground } from '#libs/lifecycle';
import { from, ignoreElements, type Observable } from 'rxjs';
import { checkAgain } from './access.guard.js';

/** How long a stream goes on after its API key was revoked. */
const CHECK_MS = 1_000;

/**
 * Sends messages as fast as the client reads them, and stops when it cancels the call. Nest would read all of them at once,
 * and keep what the client isn't ready for in memory. Streams wait for each other, page by page, and leave connections to
 * PostgreSQL to everyone else.
 * @returns what the handler of a stream returns
 */
export function streamTo<T>(
  call: ServerWritableStream<unknown, T>,
  messages: AsyncIterable<T>,
): Observable<never> {
  return from(inBackground(() => sendAll(call, messages))).pipe(ignoreElements());
}

async function sendAll<T>(call: ServerWritableStream<unknown, T>, messages: AsyncIterable<T>): Promise<void> {
  let checkedAt = performance.now();
  for await (const message of messages) {
    if (call.cancelled) {
      return;
    }
    if (performance.now() - checkedAt >= CHECK_MS) {
      await checkAgain(call);
      checkedAt = performance.now();
    }
    if (!call.write(message)) {
      await readyForMore(call);
    }
  }
}

function readyForMore(call: ServerWritableStream<unknown, unknown>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      call.off('drain', done).off('cancelled', done);
      resolve();
    };
    call.on('drain', done).on('cancelled', done);
    // It may have been cancelled before anyone listened.
    if (call.cancelled) {
      done();
    }
  });
}
