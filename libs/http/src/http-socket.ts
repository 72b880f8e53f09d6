import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer, TLSSocket } from 'node:tls';

/** What Node's HTTP server knows about a connection, which its public interface doesn't tell. */
export interface HttpSocket extends Socket {
  /** The response that is being sent. Set once the headers of a request have arrived. */
  readonly _httpMessage?: ServerResponse | null;
  /** What the operating system hasn't accepted yet. Node's own socket timeouts look at it for the same reason. */
  readonly _handle?: { readonly writeQueueSize: number } | null;
}

/** Calls the listener with each connection on which requests can arrive: with TLS, after its handshake. */
export function onConnection(server: Server, listener: (socket: HttpSocket) => void): void {
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', listener);
}

/** Ends a connection whose client doesn't read. A reset also frees what the operating system has buffered; TLS has none. */
export function cut(socket: Socket): void {
  if (socket instanceof TLSSocket) {
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}
