import type { ServerResponse } from 'node:http';
import { cut, type HttpSocket } from './http-socket.js';

/** How many requests of a connection may wait for the ones before them. Browsers and HTTP libraries send none early. */
const MAX_WAITING = 64;

/** What is to be done about a request. It must end the response. */
type Work = () => void;

interface Turn {
  readonly response: ServerResponse;
  work: Work;
}

/**
 * Works on one request of a connection at a time, in order. Node parses all pipelined requests (RFC 9112, section 9.3.2)
 * that arrive together and begins them all at once: 1,500 fit into a single read, and each response would wait in memory
 * for the ones before it. Here, a request only begins when Node assigns the socket to its response, which it does when
 * the operating system has accepted the previous one.
 */
export class Pipeline {
  private readonly waiting = new WeakMap<HttpSocket, Turn[]>();

  /** Does `work` when it's the turn of this request. Cuts connections that send too many. */
  take(socket: HttpSocket, response: ServerResponse, work: Work): void {
    if (response.socket) {
      work();
    } else {
      this.wait(socket, { response, work });
    }
  }

  /** The response to the request that arrived last, until it has been sent. */
  lastOf(socket: HttpSocket): ServerResponse | null {
    return this.waiting.get(socket)?.at(-1)?.response ?? socket._httpMessage ?? null;
  }

  /** Does other work about the request that arrived last. @returns false if its work has begun already */
  replaceLast(socket: HttpSocket, work: Work): boolean {
    const turn = this.waiting.get(socket)?.at(-1);
    if (turn) {
      turn.work = work;
    }
    return turn !== undefined;
  }

  /** If the connection ends before its turn, nothing happens: no one would get the response. */
  private wait(socket: HttpSocket, turn: Turn): void {
    const waiting = this.waiting.get(socket) ?? [];
    if (waiting.length >= MAX_WAITING) {
      cut(socket);
      return;
    }
    this.waiting.set(socket, waiting);
    waiting.push(turn);
    const begin = (): void => {
      waiting.shift();
      turn.work();
    };
    // Not at once, because Node is still assigning it.
    turn.response.once('socket', () => process.nextTick(begin));
  }
}
