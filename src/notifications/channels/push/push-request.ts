import webPush from 'web-push';
import type { VapidConfig } from '../../../../config/index.js';
import type { OutboundRequest } from '../../outbound/index.js';
import type { PushTarget } from '../../recipients/index.js';

/** A message to a browser. */
export interface PushMessage {
  /** The ID of the delivery. The same in every attempt. */
  readonly id: string;
  readonly target: PushTarget;
  /** What its service worker gets, at most 3,993 bytes. */
  readonly payload: string;
  readonly isUrgent: boolean;
}

/** How long a push service keeps it for a browser that isn't connected: as long as we'd try to send an email. */
const TTL_SECONDS = 3 * 24 * 60 * 60;

/**
 * A request to a push service (RFC 8030), encrypted for the browser (RFC 8188, RFC 8291) and signed by us (RFC 8292).
 * @throws Error if the keys of the target aren't valid
 */
export function pushRequest(
  { id, target, payload, isUrgent }: PushMessage,
  { subject, publicKey, privateKey }: VapidConfig,
): OutboundRequest {
  const { endpoint, p256dh, auth } = target;
  const { headers, body } = webPush.generateRequestDetails(
    // The signature is for the origin, and nobody else needs to know the rest.
    { endpoint: `${new URL(endpoint).origin}/`, keys: { p256dh, auth } },
    payload,
    {
      vapidDetails: { subject, publicKey, privateKey },
      contentEncoding: 'aes128gcm',
      TTL: TTL_SECONDS,
      urgency: isUrgent ? 'high' : 'normal',
      // 32 characters, the most that RFC 8030, section 5.4 allows. A repeated message replaces the first one.
      topic: id.replaceAll('-', ''),
    },
  );
  const { 'Content-Length': _, ...others } = headers;
  const named = Object.entries(others).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { url: endpoint, headers: Object.fromEntries(named) as Record<string, string>, body };
}
