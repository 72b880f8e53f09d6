import type { NotificationTarget } from '#libs/contracts';
import type { JsonObject } from '#libs/json';
import type { Held, Waiting } from './rates/slot.js';

/** A notification for a channel to send. */
export interface OutgoingNotification {
  /** The ID of the delivery. */
  readonly id: string;
  readonly template: string;
  /** The ID of the version to use, if it isn't about an account. */
  readonly templateVersion?: string | undefined;
  /** Of a version. Users can turn off any but `security`. */
  readonly category?: string | undefined;
  readonly to: NotificationTarget;
  /** In E.164 format, for a text message to another number than the recipient's. */
  readonly phoneNumber?: string;
  /** The ID of the subscription, for a push notification. */
  readonly pushSubscriptionId?: string;
  readonly data: JsonObject;
  /** The same in every attempt, so that duplicates can be recognized. */
  readonly messageId: string;
}

export const SEND_OUTCOMES = ['sent', 'refused', 'deferred', 'unreachable', 'unknown'] as const;
export type SendOutcomeKind = (typeof SEND_OUTCOMES)[number];

/**
 * The result of an attempt to send. `refused` is permanent. `deferred` (concerns only this notification) and
 * `unreachable` (concerns all of them: no connection, no login, or a sender that the server doesn't accept) mean that it
 * was certainly not sent and can be retried.
 * `unknown` means that the connection was lost when the server may already have accepted it.
 */
export type SendOutcome =
  | { readonly kind: 'sent' }
  | {
      readonly kind: Exclude<SendOutcomeKind, 'sent'>;
      readonly reason: string;
      /** The enhanced status code (RFC 3463) with which a mail server said that there's no such mailbox. */
      readonly hardBounce?: string;
    };

/** One attempt to send. */
export interface SendAttempt {
  /** Through which provider. Missing in what an earlier release has stored. */
  readonly provider?: string;
  /** ISO 8601. */
  readonly at: string;
  readonly durationMs: number;
  readonly outcome: SendOutcomeKind;
  /** Why it wasn't sent. Omits the server's text, which may contain an address. */
  readonly reason: string | null;
}

/** The result of sending through one or more providers. */
export interface SendResult {
  readonly outcome: SendOutcome;
  /** In order. None if it didn't get to a provider. */
  readonly attempts: readonly SendAttempt[];
  /** Whether it was refused because the recipient is no longer there, as when a browser was uninstalled: there's nothing to fix. */
  readonly isGone?: boolean;
  /** Set if it's not its turn at a provider. The outcome is `deferred` then. */
  readonly held?: Held;
}

/** The result of what didn't get to a provider. */
export function notTried(outcome: SendOutcome): SendResult {
  return { outcome, attempts: [] };
}

export interface SendContext {
  readonly signal: AbortSignal;
  /**
   * Whether no other run can be sending the same notification. To be asked last, before it leaves the process: a process
   * that was frozen may have lost its claim without noticing.
   */
  readonly isHeld: () => boolean;
}

/** Of what may have to wait for its turn at a provider. */
export interface WaitingContext extends SendContext {
  readonly waiting: Waiting;
}

/** A way to reach people. Renders a notification and sends it. */
export abstract class Channel {
  /** Never throws. If `signal` aborts or the claim isn't held, the attempt ends and its outcome is unknown. */
  abstract send(notification: OutgoingNotification, context: WaitingContext): Promise<SendResult>;
}
