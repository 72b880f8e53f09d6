import type { Gatehouse, RequestOptions } from './gatehouse.js';
import { streamMyNotifications } from './generated/operations.gen.js';
import type { InboxNotification, UnreadCount } from './generated/types.gen.js';
import { ResponseError } from './problem.js';
import { pause } from './retry.js';
import { eventsIn, type ServerSentEvent } from './server-sent-events.js';

/** Something that has happened in the inbox. */
export type InboxEvent =
  | { readonly type: 'notification'; readonly notification: InboxNotification }
  | { readonly type: 'unread-count'; readonly unread: number };

const RECONNECT_MS = 1000;
const MOST_RECONNECT_MS = 30_000;
/** The server, or a proxy in front of it, has no answer now. Anything else won't change by itself. */
const TEMPORARY: readonly number[] = [429, 500, 502, 503, 504];

/**
 * Follows the inbox of whoever is signed in, until they are no longer. Connects again when the stream ends, after the last
 * event, so that no notification is missed. List the inbox after the first event.
 * @throws ProblemError `unauthenticated` if nobody is signed in, and the reason of the signal when it's aborted
 */
export async function* followInbox(
  gatehouse: Gatehouse,
  { signal }: RequestOptions = {},
): AsyncGenerator<InboxEvent, void, undefined> {
  await gatehouse.ready;
  const userId = gatehouse.user?.id;
  let lastEventId: string | undefined;
  let reconnectMs = RECONNECT_MS;
  let failures = 0;
  do {
    try {
      const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
      const { response } = await gatehouse.request(streamMyNotifications, { headers, signal });
      for await (const event of eventsIn(response)) {
        failures = 0;
        lastEventId = event.id ?? lastEventId;
        reconnectMs = event.retry ?? reconnectMs;
        yield* known(event);
      }
    } catch (error) {
      if (gatehouse.user?.id !== userId && !signal?.aborted) {
        return;
      }
      if (signal?.aborted || (error instanceof ResponseError && !TEMPORARY.includes(error.status))) {
        throw error;
      }
      failures += 1;
    }
    await pause(Math.min(reconnectMs * 2 ** failures, MOST_RECONNECT_MS), signal);
  } while (gatehouse.user?.id === userId);
}

/** A newer server may send more. */
function* known({ name, data }: ServerSentEvent): Generator<InboxEvent, void, undefined> {
  if (name === 'notification') {
    yield { type: name, notification: JSON.parse(data) as InboxNotification };
  } else if (name === 'unread-count') {
    yield { type: name, unread: (JSON.parse(data) as UnreadCount).unread };
  }
}
