import type { OutboundAnswer } from '../outbound/index.js';
import type { DeliveryAttempt } from './webhook-delivery.entity.js';
import type { WebhookOutcome } from './webhook-metrics.js';

const GONE = 410;

/** Whether the receiver says that it no longer exists. */
export function isGone(answer: OutboundAnswer): boolean {
  return answer.kind === 'answered' && answer.status === GONE;
}

export function outcomeOf(answer: OutboundAnswer): WebhookOutcome {
  if (answer.kind !== 'answered') {
    return answer.kind;
  }
  return answer.status >= 200 && answer.status < 300 ? 'delivered' : 'rejected';
}

export function attemptOf(at: Date, answer: OutboundAnswer): DeliveryAttempt {
  return {
    at: at.toISOString(),
    durationMs: answer.kind === 'refused' ? 0 : answer.durationMs,
    status: answer.kind === 'answered' ? answer.status : null,
    error: answer.kind === 'answered' ? null : answer.reason,
  };
}

export function textOf(answer: OutboundAnswer): string {
  return answer.kind === 'answered' ? `status ${answer.status}` : answer.reason;
}
