import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { countFromZero } from '#libs/telemetry';

const OUTCOMES = ['delivered', 'rejected', 'unreachable', 'refused'] as const;
export type WebhookOutcome = (typeof OUTCOMES)[number];

@Injectable()
export class WebhookMetrics {
  private readonly attempts: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.attempts = new Counter({
      name: 'gatehouse_webhook_attempts_total',
      help:
        'Attempts to deliver an event to a webhook by outcome: delivered, rejected (another status than 2xx), ' +
        'unreachable (no connection or no answer), refused (an address that WEBHOOK_ALLOWED_NETWORKS does not allow).',
      labelNames: ['outcome'],
      registers: [registry],
    });
    countFromZero(
      this.attempts,
      OUTCOMES.map((outcome) => ({ outcome })),
    );
  }

  attempted(outcome: WebhookOutcome): void {
    this.attempts.inc({ outcome });
  }
}
