import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { type HttpSocket, onConnection } from './http-socket.js';

const IDLE_CHECK_MS = 100;
/** How long requests may still take to arrive. */
const ARRIVAL_TIMEOUT_MS = 5_000;
/** How long requests that have arrived may take. */
const RESPONSE_TIMEOUT_MS = 25_000;

/**
 * Limits how long connections outlive the listener. When Node closes, it only closes connections that are idle at that
 * moment. It would wait for those that become idle later, and wait forever for those on which no complete request ever
 * arrives, such as the spare connections of browsers, because its own timeouts end with the listener.
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
    }, ARRIVAL_TIMEOUT_MS);
    const response = setTimeout(() => {
      logger.warn({ connections: open.size }, 'closing connections whose requests took too long');
      server.closeAllConnections();
    }, RESPONSE_TIMEOUT_MS);
    server.once('close', () => {
      clearInterval(idle);
      clearTimeout(arrival);
      clearTimeout(response);
    });
    done();
  });
}

/** Tracks open connections. Their state is only checked at the end, so requests cost nothing extra. */
function watchConnections(server: Server): ReadonlySet<HttpSocket> {
  const open = new Set<HttpSocket>();
  onConnection(server, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}
