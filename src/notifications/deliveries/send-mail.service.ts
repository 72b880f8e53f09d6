import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { AccountDirectory } from '#libs/contracts';
import { JobError, UnrecoverableJobError } from '#libs/jobs';
import { type ClaimedDelivery, DeliveryClaims } from './delivery-claims.js';
import { Sealer } from '#libs/crypto';
import { Channel, notTried, type SendContext, type SendResult } from '../channels/index.js';
import { PreferenceCheck, turnedOff } from '../preferences/index.js';
import { type DeliveryPayload, openDelivery } from './delivery-payload.js';
import { NOT_VERIFIED } from './delivery.entity.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { sendBroadcastMail } from './mail-tasks.js';

export interface SendOptions {
  readonly signal: AbortSignal;
  /** Whether an operator retries it after it has failed for good. */
  readonly revived: boolean;
}

/** How long to wait before storing an outcome again if PostgreSQL failed. */
const STORE_RETRY_MS = 500;

/**
 * Sends the mail of a delivery. Only one run at a time holds the claim, and a known outcome is stored before anything
 * else happens. So a mail is only sent twice if SMTP left its outcome unknown or the process was killed in between, and
 * then with the same Message-ID.
 */
@Injectable()
export class SendMailService {
  private readonly logger = new Logger(SendMailService.name);

  constructor(
    private readonly claims: DeliveryClaims,
    private readonly sealer: Sealer,
    private readonly channel: Channel,
    private readonly directory: AccountDirectory,
    private readonly preferences: PreferenceCheck,
    private readonly metrics: DeliveryMetrics,
  ) {}

  /** @throws JobError if the job must be retried @throws UnrecoverableJobError if retrying wouldn't help */
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
      this.metrics.expired(claimed.channel);
      return;
    }
    const stored = this.open(claimed);
    const payload = stored && (await this.leaving(claimed, stored));
    if (payload === 'not now') {
      return;
    }
    const { outcome } = await this.claims.whileClaimed(claimed, async (isHeld) => {
      const result = await this.attempt(claimed, payload, { signal, isHeld });
      this.metrics.attempted(claimed, result.attempts);
      await this.storeResult(claimed, result, signal);
      return result;
    });
    if (outcome.kind === 'sent') {
      this.logger.log('mail sent', { template: claimed.template, deliveryId });
    } else {
      const message = `delivery ${deliveryId} was not sent (${outcome.kind}): ${outcome.reason}`;
      throw outcome.kind === 'refused' ? new UnrecoverableJobError(message) : new JobError(message);
    }
  }

  /** Ends or holds what must not leave, or not now. Emails about accounts always leave, to the address they were for. */
  private async leaving(
    claimed: ClaimedDelivery,
    stored: DeliveryPayload,
  ): Promise<DeliveryPayload | 'not now'> {
    const { category } = stored;
    if (category === undefined) {
      return stored;
    }
    const payload = hasWaited(claimed) ? await this.upToDate(stored) : stored;
    if (!payload) {
      await this.claims.finish(claimed.id, 'suppressed', NOT_VERIFIED);
      return 'not now';
    }
    if (claimed.task === sendBroadcastMail.name && !(await this.claims.goesOn(claimed))) {
      return 'not now';
    }
    const { userId } = payload.to;
    const timezone = payload.timezone ?? 'UTC';
    const verdict = await this.preferences.check({ userId, category, channel: 'email', timezone });
    switch (verdict.kind) {
      case 'wanted':
        return payload;
      case 'unwanted':
        await this.claims.finish(claimed.id, 'suppressed', turnedOff(category));
        return 'not now';
      case 'quiet':
        await this.claims.hold(claimed, verdict.until);
        return 'not now';
    }
  }

  /** For who the recipient is now. @returns null if they have no address that is proved to be theirs */
  private async upToDate(stored: DeliveryPayload): Promise<DeliveryPayload | null> {
    const user = await this.directory.find(stored.to.userId);
    if (!user?.emailVerified) {
      return null;
    }
    const { id: userId, email, displayName, locale, timezone } = user;
    return { ...stored, to: { userId, email, displayName, locale }, timezone };
  }

  private attempt(
    claimed: ClaimedDelivery,
    payload: DeliveryPayload | null,
    context: SendContext,
  ): Promise<SendResult> {
    const { id, template, messageId } = claimed;
    return payload
      ? this.channel.send({ id, template, messageId, ...payload }, context)
      : Promise.resolve(notTried({ kind: 'refused', reason: 'decryption failed' }));
  }

  /** @returns null if the seal is broken, because retrying wouldn't help */
  private open({ id, sealed }: ClaimedDelivery): DeliveryPayload | null {
    try {
      return openDelivery(this.sealer, id, sealed);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      this.logger.error(`could not decrypt delivery ${id}: ${reason}`);
      return null;
    }
  }

  /** A mail that was sent but isn't marked as sent would be sent again, so retry as long as there is time. */
  private async storeResult(
    claimed: ClaimedDelivery,
    result: SendResult,
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      try {
        await this.tryToStore(claimed, result);
        return;
      } catch (error) {
        if (signal.aborted) {
          throw error;
        }
        await delay(STORE_RETRY_MS);
      }
    }
  }

  private async tryToStore(claimed: ClaimedDelivery, { outcome, attempts }: SendResult): Promise<void> {
    switch (outcome.kind) {
      case 'sent':
        return this.claims.finish(claimed.id, 'sent', null, attempts);
      case 'refused':
        return this.claims.finish(claimed.id, 'failed', outcome.reason, attempts);
      case 'deferred':
      case 'unreachable':
      case 'unknown':
        return this.claims.release(claimed, `${outcome.kind}: ${outcome.reason}`, attempts);
    }
  }
}

/** Whether its recipient may have changed since it was accepted. */
function hasWaited({ attempt, heldUntil }: ClaimedDelivery): boolean {
  return attempt > 1 || heldUntil !== null;
}
