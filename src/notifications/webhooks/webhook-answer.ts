import type { WebhookAnswer } from './outbound/webhook-client.js';
import type { DeliveryAttempt } from './webhook-delivery.entity.js';
import type { WebhookOutcome } from './webhook-metrics.js';

const GONE = 410;

/** Whether the receiver says that it no longer exists. */
export function isGone(answer: WebhookAnswer): boolean {
  return answer.kind === 'answered' && answer.status === GONE;
}

export function outcomeOf(answer: WebhookAnswer): WebhookOutcome {
  if (answer.kind !== 'answered') {
    return answer.kind;
  }
  return answer.status >= 200 && answer.status < 300 ? 'delivered' : 'rejected';
}

export function attemptOf(at: Date, answer: WebhookAnswer): DeliveryAttempt {
  return {
    at: at.toISOString(),
    durationMs: answer.kind === 'refused' ? 0 : answer.durationMs,
    status: answer.kind === 'answered' ? answer.status : null,
    error: answer.kind === 'answered' ? null : answer.reason,
  };
}

export function textOf(answer: WebhookAnswer): string {
  return answer.kind === 'answered' ? `status ${answer.status}` : answer.reason;
}
