import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { countFromZero } from '#libs/telemetry';
import { SEND_OUTCOMES, type SendOutcomeKind } from '../channels/index.js';

/** Up to a day, because mails wait while the mail server is down. */
const BUCKETS_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];

/** Metrics of mails: the outcomes of attempts, and how long people wait. */
@Injectable()
export class MailMetrics {
  private readonly attempts: Counter<'outcome'>;
  private readonly expirations: Counter;
  private readonly durations: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.attempts = new Counter({
      name: 'gatehouse_mail_attempts_total',
      help:
        'Attempts to send an email by outcome: sent, refused (for good), deferred (the server asked to retry later), ' +
        'unreachable (no connection or login, or our sender is refused), unknown (the connection was lost midway).',
      labelNames: ['outcome'],
      registers,
    });
    countFromZero(
      this.attempts,
      SEND_OUTCOMES.map((outcome) => ({ outcome })),
    );
    this.expirations = new Counter({
      name: 'gatehouse_mails_expired_total',
      help: 'Emails that were never sent because they expired first.',
      registers,
    });
    this.durations = new Histogram({
      name: 'gatehouse_mail_delivery_seconds',
      help: 'Time from when an email was due until the SMTP server accepted it.',
      buckets: BUCKETS_SECONDS,
      registers,
    });
  }

  /** @param heldUntil if it was to be sent later than it was requested */
  attempted(deliveryId: string, outcome: SendOutcomeKind, heldUntil: Date | null): void {
    this.attempts.inc({ outcome });
    if (outcome === 'sent') {
      const dueAt = heldUntil?.getTime() ?? createdAtMs(deliveryId);
      this.durations.observe(Math.max(0, Date.now() - dueAt) / 1_000);
    }
  }

  expired(count = 1): void {
    this.expirations.inc(count);
  }
}

/** A delivery has the ID of its command, a UUIDv7, which starts with its creation time (RFC 9562, section 5.7). */
function createdAtMs(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
