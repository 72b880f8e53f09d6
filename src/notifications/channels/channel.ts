import type { NotificationTarget, SendNotification } from '#libs/contracts';

/** What a channel is asked to send. */
export interface OutgoingNotification {
  /** The id of the delivery. */
  readonly id: string;
  readonly template: string;
  readonly to: NotificationTarget;
  readonly data: SendNotification['data'];
  /** The same in every attempt, so that a notification sent twice is recognized. */
  readonly messageId: string;
}

export const SEND_OUTCOMES = ['sent', 'refused', 'deferred', 'unreachable', 'unknown'] as const;
export type SendOutcomeKind = (typeof SEND_OUTCOMES)[number];

/**
 * How an attempt to send ended: `refused` for good; certainly not sent and so to be retried, because this notification
 * was `deferred` or the server is `unreachable` for any (no connection, no login); or `unknown`, when the connection
 * broke at a point where the server may have taken it already.
 */
export type SendOutcome =
  { readonly kind: 'sent' } | { readonly kind: Exclude<SendOutcomeKind, 'sent'>; readonly reason: string };

/** A way to reach people: renders a notification and sends it. */
export abstract class Channel {
  /** Never throws. When `signal` fires, the attempt ends and its outcome is unknown. */
  abstract send(notification: OutgoingNotification, signal: AbortSignal): Promise<SendOutcome>;
}
