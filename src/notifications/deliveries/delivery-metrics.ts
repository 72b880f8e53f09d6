import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { countFromZero } from '#libs/telemetry';
import { SEND_OUTCOMES, type SendAttempt } from '../channels/index.js';

/** Up to a day, because mails wait while the mail server is down. */
const BUCKETS_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];

interface Attempted {
  /** Of the delivery. */
  readonly id: string;
  readonly channel: string;
  /** Set if it was to be sent later than it was requested. */
  readonly heldUntil: Date | null;
}

/** Metrics of what is sent: the outcomes of attempts, and how long people wait. */
@Injectable()
export class DeliveryMetrics {
  private readonly attempts: Counter<'channel' | 'provider' | 'outcome'>;
  private readonly expirations: Counter<'channel'>;
  private readonly durations: Histogram<'channel'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.attempts = new Counter({
      name: 'gatehouse_delivery_attempts_total',
      help:
        'Attempts to send by channel, provider and outcome: sent, refused (for good), deferred (to be retried later), ' +
        'unreachable (no connection or login, or our sender is refused), unknown (the connection was lost midway).',
      labelNames: ['channel', 'provider', 'outcome'],
      registers,
    });
    countFromZero(
      this.attempts,
      SEND_OUTCOMES.map((outcome) => ({ channel: 'email', provider: 'smtp', outcome })),
    );
    this.expirations = new Counter({
      name: 'gatehouse_deliveries_expired_total',
      help: 'Deliveries that were never sent because they expired first.',
      labelNames: ['channel'],
      registers,
    });
    countFromZero(this.expirations, [{ channel: 'email' }]);
    this.durations = new Histogram({
      name: 'gatehouse_delivery_seconds',
      help: 'Time from when something was due until its provider, such as the mail server, accepted it.',
      labelNames: ['channel'],
      buckets: BUCKETS_SECONDS,
      registers,
    });
    this.durations.zero({ channel: 'email' });
  }

  attempted({ id, channel, heldUntil }: Attempted, attempts: readonly SendAttempt[]): void {
    for (const { provider = 'none', outcome } of attempts) {
      // Users choose the hosts of push services, and each would be a metric of its own.
      this.attempts.inc({ channel, provider: channel === 'push' ? 'push' : provider, outcome });
    }
    if (attempts.at(-1)?.outcome === 'sent') {
      const dueAt = heldUntil?.getTime() ?? createdAtMs(id);
      this.durations.observe({ channel }, Math.max(0, Date.now() - dueAt) / 1_000);
    }
  }

  expired(channel: string): void {
    this.expirations.inc({ channel });
  }
}

/** A delivery has the ID of its command, a UUIDv7, which starts with its creation time (RFC 9562, section 5.7). */
function createdAtMs(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
