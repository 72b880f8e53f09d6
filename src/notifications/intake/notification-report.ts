import type { SendOutcomeKind } from '../channels/index.js';
import type { Delivery, DeliveryState, NotificationRow } from '../deliveries/index.js';

export const REPORTED_STATES = ['queued', 'sent', 'delivered', 'failed', 'suppressed'] as const;
export type ReportedState = (typeof REPORTED_STATES)[number];

/** More than there can be, unless an operator retries it again and again. */
export const MAX_ATTEMPTS = 100;

const STATES: Readonly<Record<DeliveryState, ReportedState>> = {
  pending: 'queued',
  queued: 'queued',
  sending: 'queued',
  sent: 'sent',
  failed: 'failed',
  expired: 'failed',
  suppressed: 'suppressed',
};

/** What became of a notification, for whoever sent it. */
export interface NotificationReport {
  readonly id: string;
  /** The ID of a user. */
  readonly recipient: string;
  readonly template: string;
  readonly state: ReportedState;
  /** When it's sent, if that isn't at once. */
  readonly sendAt: Date | null;
  /** In the order of the channels. None before it's sent. */
  readonly deliveries: readonly DeliveryReport[];
  readonly createdAt: Date;
}

export interface DeliveryReport {
  readonly id: string;
  readonly channel: string;
  readonly state: ReportedState;
  /** Why it was not, or not yet, sent. */
  readonly reason: string | null;
  readonly sentAt: Date | null;
  /** Oldest first. */
  readonly attempts: readonly AttemptReport[];
}

export interface AttemptReport {
  /** Such as `smtp`. Null if an earlier release sent it. */
  readonly provider: string | null;
  readonly at: Date;
  readonly durationMs: number;
  readonly outcome: SendOutcomeKind;
  readonly reason: string | null;
}

/** A delivery, as far as it's reported. */
type Reported = Pick<
  Delivery,
  'id' | 'channel' | 'state' | 'lastError' | 'sentAt' | 'tries' | 'feedback' | 'feedbackReason'
>;

/** @param deliveries in the order of the channels */
export function reportOf(
  notification: Pick<NotificationRow, 'id' | 'userId' | 'template' | 'sendAt' | 'createdAt'>,
  deliveries: readonly Reported[],
): NotificationReport {
  const { id, userId: recipient, template, sendAt, createdAt } = notification;
  const reports = deliveries.map(reportOfDelivery);
  const state = stateOf(reports);
  return { id, recipient, template, state, sendAt: sendAt ?? null, deliveries: reports, createdAt };
}

function stateOf(reports: readonly DeliveryReport[]): ReportedState {
  const state = (['queued', 'delivered', 'sent', 'failed'] as const).find((state) =>
    reports.some((report) => report.state === state),
  );
  return state ?? (reports.length === 0 ? 'queued' : 'suppressed');
}

/** What was said about it later counts more than that it was sent. Only what has arrived can be reported as spam. */
function stateOfDelivery({ feedback, ...delivery }: Reported): ReportedState {
  const state: DeliveryState = delivery.state;
  switch (feedback) {
    case 'bounced':
      return 'failed';
    case 'delivered':
    case 'complained':
      return 'delivered';
    default:
      return STATES[state];
  }
}

function reportOfDelivery(delivery: Reported): DeliveryReport {
  const { id, channel, state, lastError, sentAt, tries, feedback, feedbackReason } = delivery;
  const bounced = feedback === 'bounced' ? `it bounced: ${feedbackReason ?? 'no reason was given'}` : null;
  const tooLate = state === 'expired' ? 'it could not be sent in time' : null;
  return {
    id,
    channel,
    state: stateOfDelivery(delivery),
    reason: state === 'sent' ? bounced : (lastError ?? tooLate),
    sentAt: sentAt ?? null,
    attempts: tries
      .slice(-MAX_ATTEMPTS)
      .map(({ provider = null, at, ...rest }) => ({ ...rest, provider, at: new Date(at) })),
  };
}
