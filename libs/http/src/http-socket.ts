import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What Node's HTTP server knows about a connection, which its public interface doesn't tell. */
export interface HttpSocket extends Socket {
  /** The response that is being sent. */
  readonly _httpMessage?: ServerResponse | null;
  /** What the operating system hasn't accepted yet. Node's own socket timeouts look at it for the same reason. */
  readonly _handle?: { readonly writeQueueSize: number } | null;
}
