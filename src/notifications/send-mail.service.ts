import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { SystemTemplate } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { Outbox } from '#libs/outbox';
import { JobError, PostponeJobError, UnrecoverableJobError } from '#libs/queue';
import type { FinalState } from './delivery.entity.js';
import { openDelivery } from './delivery-payload.js';
import { type ClaimedDelivery, DeliveryRepository } from './delivery.repository.js';
import { MAIL_CONSUMER } from './mail-route.js';
import { Mailer, type Mail } from './mailer.js';
import type { MailOutcome } from './mail-outcome.js';
import { MailRenderer } from './mail-renderer.js';

/** A claim holds this long beyond its last renewal: so long does the mail of a process that was killed wait. */
const LEASE_MS = 10_000;
const RENEW_MS = 3_000;
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
    private readonly database: Database,
    private readonly deliveries: DeliveryRepository,
    private readonly outbox: Outbox,
    private readonly sealer: Sealer,
    private readonly renderer: MailRenderer,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  /** @throws JobError when it has to be tried again, UnrecoverableJobError when that would not help */
  async send(deliveryId: string, signal: AbortSignal): Promise<void> {
    const claimed = await this.database.read((em) => this.deliveries.claim(em, deliveryId, LEASE_MS));
    if (!claimed) {
      return this.leaveAlone(deliveryId);
    }
    if (claimed.expiresAt <= this.clock.now()) {
      this.logger.warn(`delivery ${deliveryId} expired before it could be sent`);
      return this.finish(deliveryId, 'expired', null);
    }
    const outcome = await this.attempt(claimed, signal);
    await this.recordPersistently(signal, () => this.record(claimed, outcome));
    if (outcome.kind !== 'sent') {
      const message = `delivery ${deliveryId} was not sent (${outcome.kind}): ${outcome.reason}`;
      throw outcome.kind === 'refused' ? new UnrecoverableJobError(message) : new JobError(message);
    }
  }

  /** Final means done. Claimed means that another run is at it, or was until its process died. */
  private async leaveAlone(deliveryId: string): Promise<void> {
    const remainingMs = await this.database.read((em) => this.deliveries.claimRemainingMs(em, deliveryId));
    if (remainingMs !== null) {
      throw new PostponeJobError(`delivery ${deliveryId} is claimed by another run`, remainingMs + 100);
    }
  }

  private async attempt(claimed: ClaimedDelivery, signal: AbortSignal): Promise<MailOutcome> {
    const mail = this.compose(claimed);
    if (!mail) {
      return { kind: 'refused', reason: 'it can not be composed' };
    }
    const renewal = setInterval(() => {
      this.database.read((em) => this.deliveries.renewClaim(em, claimed, LEASE_MS)).catch(() => undefined);
    }, RENEW_MS);
    try {
      return await this.mailer.send(mail, signal);
    } finally {
      clearInterval(renewal);
    }
  }

  /** @returns null when the payload is broken: no later attempt would find it mended */
  private compose({ id, template, sealed, messageId }: ClaimedDelivery): Mail | null {
    try {
      const { to, data } = openDelivery(this.sealer, id, sealed);
      const { subject, html, text } = this.renderer.render(template as SystemTemplate, to.locale, data);
      return { to: { address: to.email, name: to.displayName }, messageId, subject, html, text };
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown error';
      this.logger.error(`delivery ${id} can not be composed from template ${template}: ${name}`);
      return null;
    }
  }

  private async record(claimed: ClaimedDelivery, outcome: MailOutcome): Promise<void> {
    switch (outcome.kind) {
      case 'sent':
        return this.finish(claimed.id, 'sent', null);
      case 'refused':
        return this.finish(claimed.id, 'failed', outcome.reason);
      case 'deferred':
      case 'unknown':
        return this.database.read((em) =>
          this.deliveries.release(em, claimed, `${outcome.kind}: ${outcome.reason}`),
        );
    }
  }

  /** The state and the note in the outbox change together, so that no finished delivery is put on the queue again. */
  private async finish(deliveryId: string, state: FinalState, lastError: string | null): Promise<void> {
    await this.database.write(async (em) => {
      await this.deliveries.finish(em, deliveryId, state, lastError, this.clock.now());
      await this.outbox.settle(em, deliveryId, MAIL_CONSUMER);
    });
  }

  /** A mail that is out and not marked so would be sent again: while there is time, PostgreSQL is asked again. */
  private async recordPersistently(signal: AbortSignal, record: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await record();
        return;
      } catch (error) {
        if (signal.aborted) {
          throw error;
        }
        await delay(RECORD_RETRY_MS);
      }
    }
  }
}
