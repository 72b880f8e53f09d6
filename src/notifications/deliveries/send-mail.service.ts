import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { JobError, UnrecoverableJobError } from '#libs/jobs';
import { DeliveryClaims } from './delivery-claims.js';
import type { ClaimedDelivery } from './delivery.repository.js';
import { MailComposer } from '../channels/mail/mail-composer.js';
import { MailMetrics } from '../channels/mail/mail-metrics.js';
import { Mailer } from '../channels/mail/mailer.js';
import type { MailOutcome } from '../channels/mail/mail-outcome.js';

export interface SendOptions {
  readonly signal: AbortSignal;
  /** Whether a person asks for it again after it has failed. */
  readonly revived: boolean;
}

/** How often to try again to write down an outcome that PostgreSQL did not take. */
const RECORD_RETRY_MS = 500;

/**
 * Sends the mail of a delivery. One run at a time holds the claim; an outcome that is known is written down before
 * anything else may happen, so a mail goes out twice only when SMTP left its outcome unknown or the process was killed
 * in between, and then with the same Message-ID.
 */
@Injectable()
export class SendMailService {
  private readonly logger = new Logger(SendMailService.name);

  constructor(
    private readonly claims: DeliveryClaims,
    private readonly composer: MailComposer,
    private readonly mailer: Mailer,
    private readonly metrics: MailMetrics,
  ) {}

  /** @throws JobError when it has to be tried again, UnrecoverableJobError when that would not help */
  async send(deliveryId: string, { signal, revived }: SendOptions): Promise<void> {
    if (revived) {
      await this.claims.reopen(deliveryId);
    }
    const claimed = await this.claims.take(deliveryId);
    if (!claimed) {
      return;
    }
    if (this.claims.hasExpired(claimed)) {
      this.logger.warn(`delivery ${deliveryId} expired before it could be sent`);
      await this.claims.finish(deliveryId, 'expired', null);
      this.metrics.expired();
      return;
    }
    const outcome = await this.claims.holding(claimed, async () => {
      const reached = await this.attempt(claimed, signal);
      this.metrics.attempted(deliveryId, reached.kind);
      await this.recordPersistently(claimed, reached, signal);
      return reached;
    });
    if (outcome.kind !== 'sent') {
      const message = `delivery ${deliveryId} was not sent (${outcome.kind}): ${outcome.reason}`;
      throw outcome.kind === 'refused' ? new UnrecoverableJobError(message) : new JobError(message);
    }
  }

  private async attempt(claimed: ClaimedDelivery, signal: AbortSignal): Promise<MailOutcome> {
    const mail = this.composer.compose(claimed);
    return mail ? this.mailer.send(mail, signal) : { kind: 'refused', reason: 'it cannot be composed' };
  }

  /** A mail that is out and not marked so would be sent again: while there is time, PostgreSQL is asked again. */
  private async recordPersistently(
    claimed: ClaimedDelivery,
    outcome: MailOutcome,
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      try {
        await this.record(claimed, outcome);
        return;
      } catch (error) {
        if (signal.aborted) {
          throw error;
        }
        await delay(RECORD_RETRY_MS);
      }
    }
  }

  private async record(claimed: ClaimedDelivery, outcome: MailOutcome): Promise<void> {
    switch (outcome.kind) {
      case 'sent':
        return this.claims.finish(claimed.id, 'sent', null);
      case 'refused':
        return this.claims.finish(claimed.id, 'failed', outcome.reason);
      case 'deferred':
      case 'unreachable':
      case 'unknown':
        return this.claims.giveBack(claimed, `${outcome.kind}: ${outcome.reason}`);
    }
  }
}
