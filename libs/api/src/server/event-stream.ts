import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The media type of server-sent events (WHATWG HTML, section 9.2). */
export const EVENT_STREAM = 'text/event-stream';

/** A line that clients ignore. It shows them, and proxies on the way, that the connection is alive. */
export const KEEP_ALIVE = ': keep-alive\n\n';

/** How much is read ahead of the client. */
const AHEAD_BYTES = 16 * 1024;

interface ServerSentEvent {
  readonly name: string;
  /** Where to go on after this event: clients return it in `Last-Event-ID`. */
  readonly id: string;
  /** Sent as JSON, which has no line breaks. */
  readonly data: unknown;
}

/** The text of events as it's sent. It ends when the stream does. */
export interface EventStream extends AsyncIterable<string> {
  /** Called first, unless the client has gone already. @param cut closes the connection, whatever is still to be sent */
  opened(cut: () => void): void;
  /** Called when the client has gone. */
  closed(): void;
}

export function eventText({ name, id, data }: ServerSentEvent): string {
  return `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Tells the client how long to wait before it connects again once the stream has ended. */
export function reconnectAfter(ms: number): string {
  return `retry: ${ms}\n\n`;
}

/**
 * Sends events as they come, and only as fast as the client reads them: the stream is asked for more once there's room.
 * Nest's own `@Sse()` takes Observables, which can't wait for anyone. A HEAD request only gets the headers.
 */
export function sendEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  events: EventStream,
): StreamableFile {
  request.firstByteMs = reply.elapsedTime;
  const isRead = request.method !== 'HEAD';
  // Proxies must neither store the stream nor collect it: nginx understands the second header.
  void reply.headers({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  if (reply.raw.closed) {
    // The client has left while the stream was prepared.
    events.closed();
  } else {
    reply.raw.once('close', () => events.closed());
    events.opened(() => reply.raw.destroy());
  }
  const stream = Readable.from(isRead ? events : [], { objectMode: false, highWaterMark: AHEAD_BYTES });
  return new StreamableFile(stream, { type: EVENT_STREAM });
}
