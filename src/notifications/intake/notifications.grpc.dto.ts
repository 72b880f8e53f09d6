import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { notificationsProto } from '#libs/contracts';
import type { SendOutcomeKind } from '../channels/index.js';
import type {
  AttemptReport,
  DeliveryReport,
  NotificationReport,
  ReportedState,
} from './notification-report.js';

const { AttemptOutcome, DeliveryState } = notificationsProto;

const STATES: Readonly<Record<ReportedState, notificationsProto.DeliveryState>> = {
  queued: DeliveryState.QUEUED,
  sent: DeliveryState.SENT,
  delivered: DeliveryState.DELIVERED,
  failed: DeliveryState.FAILED,
  suppressed: DeliveryState.SUPPRESSED,
};
const OUTCOMES: Readonly<Record<SendOutcomeKind, notificationsProto.AttemptOutcome>> = {
  sent: AttemptOutcome.SENT,
  refused: AttemptOutcome.REFUSED,
  deferred: AttemptOutcome.DEFERRED,
  unreachable: AttemptOutcome.UNREACHABLE,
  unknown: AttemptOutcome.UNKNOWN,
};

export function toNotificationMessage(
  report: NotificationReport,
): MessageInitShape<typeof notificationsProto.NotificationSchema> {
  const { id, recipient, template, state, sendAt, deliveries, createdAt } = report;
  return {
    id,
    recipient,
    template,
    state: STATES[state],
    deliveries: deliveries.map(toDeliveryMessage),
    createdAt: timestampFromDate(createdAt),
    ...(sendAt ? { sendAt: timestampFromDate(sendAt) } : {}),
  };
}

function toDeliveryMessage({
  id,
  channel,
  state,
  reason,
  sentAt,
  attempts,
}: DeliveryReport): MessageInitShape<typeof notificationsProto.DeliverySchema> {
  return {
    id,
    channel,
    state: STATES[state],
    reason: reason ?? '',
    ...(sentAt ? { sentAt: timestampFromDate(sentAt) } : {}),
    attempts: attempts.map(({ provider, at, durationMs, outcome, reason: why }) => ({
      provider: provider ?? '',
      at: timestampFromDate(at),
      durationMs,
      outcome: OUTCOMES[outcome],
      reason: why ?? '',
    })),
  };
}

/** The opposite of `toNotificationMessage`. */
export function toReport(message: notificationsProto.Notification): NotificationReport {
  const { id, recipient, template, state, sendAt, deliveries, createdAt } = message;
  return {
    id,
    recipient,
    template,
    state: nameOf(STATES, state, 'queued'),
    sendAt: sendAt ? timestampDate(sendAt) : null,
    deliveries: deliveries.map(toDeliveryReport),
    createdAt: dateOf(createdAt),
  };
}

function toDeliveryReport(message: notificationsProto.Delivery): DeliveryReport {
  const { id, channel, state, reason, sentAt, attempts } = message;
  return {
    id,
    channel,
    state: nameOf(STATES, state, 'queued'),
    reason: reason || null,
    sentAt: sentAt ? timestampDate(sentAt) : null,
    attempts: attempts.map(toAttemptReport),
  };
}

function toAttemptReport(attempt: notificationsProto.Attempt): AttemptReport {
  const { provider, at, durationMs, outcome, reason } = attempt;
  return {
    provider: provider || null,
    at: dateOf(at),
    durationMs,
    outcome: nameOf(OUTCOMES, outcome, 'unknown'),
    reason: reason || null,
  };
}

/** @param otherwise of a value that only a newer release knows */
function nameOf<N extends string>(values: Readonly<Record<N, number>>, value: number, otherwise: N): N {
  const found = (Object.keys(values) as N[]).find((name) => values[name] === value);
  return found ?? otherwise;
}

function dateOf(time: Timestamp | undefined): Date {
  return time ? timestampDate(time) : new Date(0);
}
