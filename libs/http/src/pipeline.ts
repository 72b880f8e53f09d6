import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

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
 * for the ones before it. Here, a request only begins when the operating system has accepted the previous response.
 */
export class Pipeline {
  private readonly lines = new WeakMap<Socket, Line>();

  /** Does `work` when it's the turn of this request. Cuts connections that send too many. */
  take(socket: Socket, response: ServerResponse, work: Work): void {
    let line = this.lines.get(socket);
    if (!line) {
      line = new Line(socket);
      this.lines.set(socket, line);
    }
    line.take(response, work);
  }

  /** The response to the request that arrived last, until it has been sent. */
  lastOf(socket: Socket): ServerResponse | null {
    return this.lines.get(socket)?.last ?? null;
  }

  /** Does other work about the request that arrived last. @returns false if its work has begun already */
  replaceLast(socket: Socket, work: Work): boolean {
    return this.lines.get(socket)?.replaceLast(work) ?? false;
  }
}

/** The requests of one connection. */
class Line {
  private current: ServerResponse | null = null;
  private waiting: Turn[] = [];
  private readonly next = (): void => {
    this.current = null;
    if (!this.socket.writable) {
      // The connection is over, or ends with the response just sent.
      this.waiting = [];
    }
    const turn = this.waiting.shift();
    if (turn) {
      this.begin(turn.response, turn.work);
    }
  };

  constructor(private readonly socket: Socket) {}

  get last(): ServerResponse | null {
    return this.waiting.at(-1)?.response ?? this.current;
  }

  take(response: ServerResponse, work: Work): void {
    if (this.current === null) {
      this.begin(response, work);
    } else if (this.waiting.length < MAX_WAITING) {
      this.waiting.push({ response, work });
    } else {
      this.waiting = [];
      this.socket.resetAndDestroy();
    }
  }

  replaceLast(work: Work): boolean {
    const turn = this.waiting.at(-1);
    if (turn) {
      turn.work = work;
    }
    return turn !== undefined;
  }

  private begin(response: ServerResponse, work: Work): void {
    this.current = response;
    // It closes only once, and `once` would cost more.
    response.on('close', this.next);
    work();
  }
}
