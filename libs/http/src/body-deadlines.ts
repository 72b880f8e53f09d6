import type { IncomingMessage } from 'node:http';

const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** Calls `onLate` if the body of a request hasn't arrived in time. */
export function limitBody(request: IncomingMessage, ms: number, onLate: () => void): void {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
  if (coding === undefined && length === '0') {
    return;
  }
  const timer = setTimeout(() => {
    if (!request.complete) {
      onLate();
    }
  }, ms);
  timer.unref();
  timers.set(request, timer);
  request.once('close', () => {
    clearTimeout(timer);
  });
}

/** For a route that takes files: then, only Node's limit for whole requests holds, `UPLOAD_TIMEOUT_MS`. */
export function allowSlowBody(request: IncomingMessage): void {
  clearTimeout(timers.get(request));
}
