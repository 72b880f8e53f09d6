import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

const IDLE_CHECK_MS = 100;
/** How long a request may still take to arrive. */
const ARRIVAL_MS = 5_000;
/** How long one that has arrived may take to be answered. */
const ANSWER_MS = 25_000;

/**
 * Bounds the time from the closing of the listener to the end of the last connection. Node closes those that are idle when it
 * is told to close, and would wait for all others: for those that become idle later, and without an end for those on which
 * no whole request ever comes, such as the spare connections of browsers, since its own timeouts end with the listener.
 */
export function closeInTime(fastify: FastifyInstance, logger: Logger): void {
  const { server } = fastify;
  const open = watchConnections(server);
  fastify.addHook('preClose', (done) => {
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    const arrival = setTimeout(() => {
      for (const socket of open) {
        if (!socket._httpMessage?.req.complete) {
          socket.destroy();
        }
      }
    }, ARRIVAL_MS);
    const answer = setTimeout(() => {
      logger.warn({ connections: open.size }, 'closing connections whose requests took too long');
      server.closeAllConnections();
    }, ANSWER_MS);
    server.once('close', () => {
      clearInterval(idle);
      clearTimeout(arrival);
      clearTimeout(answer);
    });
    done();
  });
}

/** Asked only at the end, so that no request pays for it. */
function watchConnections(server: Server): ReadonlySet<HttpSocket> {
  const open = new Set<HttpSocket>();
  server.on('connection', (socket: HttpSocket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

/** Node hangs the answer that is due on its connection, once the headers of its request are there. */
interface HttpSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null;
}
