import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { JobError, UnrecoverableJobError } from '#libs/jobs';
import { DeliveryClaims } from './delivery-claims.js';
import type { ClaimedDelivery } from './delivery.repository.js';
import { Sealer } from '#libs/crypto';
import { Channel, type SendOutcome } from '../channels/index.js';
import { type DeliveryPayload, openDelivery } from './delivery-payload.js';
import { MailMetrics } from './mail-metrics.js';

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
    private readonly sealer: Sealer,
    private readonly channel: Channel,
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

  private attempt(claimed: ClaimedDelivery, signal: AbortSignal): Promise<SendOutcome> {
    const payload = this.open(claimed);
    const { id, template, messageId } = claimed;
    return payload
      ? this.channel.send({ id, template, messageId, ...payload }, signal)
      : Promise.resolve({ kind: 'refused', reason: 'it cannot be opened' });
  }

  /** @returns null when the seal is broken: no later attempt would change that */
  private open({ id, sealed }: ClaimedDelivery): DeliveryPayload | null {
    try {
      return openDelivery(this.sealer, id, sealed);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      this.logger.error(`delivery ${id} cannot be opened: ${reason}`);
      return null;
    }
  }

  /** A mail that is out and not marked so would be sent again: while there is time, PostgreSQL is asked again. */
  private async recordPersistently(
    claimed: ClaimedDelivery,
    outcome: SendOutcome,
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

  private async record(claimed: ClaimedDelivery, outcome: SendOutcome): Promise<void> {
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
