import type { Server, ServerResponse } from 'node:http';
import { cut, type HttpSocket, onConnection } from './http-socket.js';

/** A client that reads nothing for this long has gone, or wants to use up our memory. */
const STALLED_MS = 30_000;
/** How long reading a whole response may take: enough for our largest at 4 KB/s. */
const WHOLE_RESPONSE_MS = 120_000;
const CHECK_INTERVAL_MS = 1_000;

/** A response that the client's system hasn't accepted completely. */
interface Unread {
  readonly response: ServerResponse | null | undefined;
  readonly since: number;
  progressAt: number;
  queuedBytes: number;
}

/**
 * Cuts connections whose responses aren't read. Node waits for such clients forever: its timeouts are about requests.
 * Checks all connections once a second, so requests cost nothing extra.
 */
export function cutUnreadResponses(server: Server): void {
  const open = new Map<HttpSocket, Unread | null>();
  onConnection(server, (socket) => {
    open.set(socket, null);
    socket.once('close', () => open.delete(socket));
  });
  const check = setInterval(() => {
    const now = performance.now();
    for (const [socket, before] of open) {
      const unread = inspect(socket, before, now);
      if (unread && isOverdue(unread, now)) {
        cut(socket);
      } else if (unread !== before) {
        open.set(socket, unread);
      }
    }
  }, CHECK_INTERVAL_MS);
  check.unref();
  server.once('close', () => clearInterval(check));
}

function inspect(socket: HttpSocket, before: Unread | null, now: number): Unread | null {
  if (socket.writableLength === 0) {
    return null;
  }
  const queuedBytes = socket._handle?.writeQueueSize ?? 0;
  if (before?.response !== socket._httpMessage || before === null) {
    return { response: socket._httpMessage, since: now, progressAt: now, queuedBytes };
  }
  if (before.queuedBytes !== queuedBytes) {
    before.queuedBytes = queuedBytes;
    before.progressAt = now;
  }
  return before;
}

function isOverdue({ response, since, progressAt }: Unread, now: number): boolean {
  // A stream has no end, as long as it's read.
  const isWhole = response?.writableEnded ?? true;
  return now - progressAt >= STALLED_MS || (isWhole && now - since >= WHOLE_RESPONSE_MS);
}
