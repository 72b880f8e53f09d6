import type { PushSource } from './liquid.js';
import { type RenderedInbox, renderInbox } from './render-inbox.js';

/** In characters. Even if each takes three bytes, they fit. */
const MAX_LENGTHS = { title: 120, body: 700, url: 1_024 };
/** What push services must accept is 4,096 bytes (RFC 8030, section 7.2), and encryption takes 103 (RFC 8291, section 4). */
const MAX_BYTES = 3_993;
/** As long as any. */
const SOME_ID = '00000000-0000-0000-0000-000000000000';

/** A push notification as it's shown by the device. */
export type RenderedPush = RenderedInbox;

/**
 * @throws Error if a variable is missing, a limit is reached, the URL isn't an http or https URL, or it's too large to be
 * pushed, as with many control characters
 */
export function renderPush(source: PushSource, values: object): RenderedPush {
  const rendered = renderInbox(source, values, MAX_LENGTHS);
  const bytes = Buffer.byteLength(pushPayload(SOME_ID, rendered));
  if (bytes > MAX_BYTES) {
    throw new RangeError(
      `a push notification can have at most 3,993 bytes as JSON, and this one has ${bytes}`,
    );
  }
  return rendered;
}

/** What the service worker gets. @param id of the delivery */
export function pushPayload(id: string, { title, body, url }: RenderedPush): string {
  return JSON.stringify({ id, title, body, url });
}
