import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { AccountDirectory } from '#libs/contracts';
import { JobError, UnrecoverableJobError } from '#libs/jobs';
import { type ClaimedDelivery, DeliveryClaims } from './delivery-claims.js';
import { Sealer } from '#libs/crypto';
import { Channels, type Held, notTried, type SendContext, type SendResult } from '../channels/index.js';
import { PreferenceCheck, turnedOff } from '../preferences/index.js';
import { SuppressionList } from '../suppressions/index.js';
import { type ChannelName, SECURITY } from '../templates/index.js';
import { type DeliveryPayload, openDelivery } from './delivery-payload.js';
import { NOT_VERIFIED } from './delivery.entity.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { waitingOf } from './delivery-rank.js';
import { isOfBroadcast } from './delivery-tasks.js';

export interface SendOptions {
  readonly signal: AbortSignal;
  /** Whether an operator retries it after it has failed for good. */
  readonly revived: boolean;
}

/** How long to wait before storing an outcome again if PostgreSQL failed. */
const STORE_RETRY_MS = 500;

/**
 * Sends what a delivery says. Only one run at a time holds the claim, and a known outcome is stored before anything
 * else happens. So it's only sent twice if the provider left its outcome unknown or the process was killed in between, and
 * then with the same Message-ID.
 */
@Injectable()
export class DeliverySender {
  private readonly logger = new Logger(DeliverySender.name);

  constructor(
    private readonly claims: DeliveryClaims,
    private readonly sealer: Sealer,
    private readonly channels: Channels,
    private readonly directory: AccountDirectory,
    private readonly preferences: PreferenceCheck,
    private readonly suppressions: SuppressionList,
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
      await this.claims.finish({ id: deliveryId, state: 'expired', reason: null });
      this.metrics.expired(claimed.channel);
      return;
    }
    const stored = this.open(claimed);
    const payload = stored && (await this.leaving(claimed, stored));
    if (payload === 'not now') {
      return;
    }
    const { outcome, isGone, held } = await this.claims.whileClaimed(claimed, async (isHeld) => {
      const result = await this.attempt(claimed, payload, { signal, isHeld });
      this.metrics.attempted(claimed, result.attempts);
      await this.suppressAfter(result, payload);
      await this.storeResult(claimed, result, signal);
      return result;
    });
    if (outcome.kind === 'sent') {
      this.logger.log(`${claimed.channel} sent`, { template: claimed.template, deliveryId });
    } else if (held) {
      this.noteHeld(claimed, held, outcome.reason);
    } else if (isGone !== true) {
      const message = `delivery ${deliveryId} was not sent (${outcome.kind}): ${outcome.reason}`;
      throw outcome.kind === 'refused' ? new UnrecoverableJobError(message) : new JobError(message);
    }
  }

  /** Ends or holds what must not leave, or not now. What is about an account always leaves, to whom it was for. */
  private async leaving(
    claimed: ClaimedDelivery,
    stored: DeliveryPayload,
  ): Promise<DeliveryPayload | 'not now'> {
    const { category } = stored;
    if (category === undefined) {
      return stored;
    }
    const { channel } = claimed;
    const payload = hasWaited(claimed) ? await this.upToDate(channel, stored) : stored;
    if (typeof payload === 'string') {
      await this.claims.finish({ id: claimed.id, state: 'suppressed', reason: payload });
      return 'not now';
    }
    if (isOfBroadcast(claimed.task) && !(await this.claims.goesOn(claimed))) {
      return 'not now';
    }
    const { userId, email } = payload.to;
    const timezone = payload.timezone ?? 'UTC';
    const [suppressed, verdict] = await Promise.all([
      channel === 'email' && category !== SECURITY ? this.suppressions.reasonFor(email) : null,
      this.preferences.check({ userId, category, channel, timezone }),
    ]);
    if (suppressed !== null) {
      await this.claims.finish({ id: claimed.id, state: 'suppressed', reason: suppressed });
      return 'not now';
    }
    switch (verdict.kind) {
      case 'wanted':
        return payload;
      case 'unwanted':
        await this.claims.finish({ id: claimed.id, state: 'suppressed', reason: turnedOff(category) });
        return 'not now';
      case 'quiet':
        await this.claims.hold(claimed, verdict.until);
        return 'not now';
    }
  }

  /** For who the recipient is now. @returns why they can't be reached, if they can't be any more */
  private async upToDate(channel: ChannelName, stored: DeliveryPayload): Promise<DeliveryPayload | string> {
    const user = await this.directory.find(stored.to.userId);
    if (!user) {
      return 'the user was deleted';
    }
    if (channel === 'email' && !user.emailVerified) {
      return NOT_VERIFIED;
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
    if (!payload) {
      return Promise.resolve(notTried({ kind: 'refused', reason: 'decryption failed' }));
    }
    const channel = this.channels.find(claimed.channel);
    return channel
      ? channel.send(
          { id, template, messageId, ...payload },
          { ...context, waiting: waitingOf(claimed, payload.category) },
        )
      : Promise.resolve(notTried({ kind: 'deferred', reason: 'this release does not know the channel' }));
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

  /** Emails about accounts are sent all the same, so a bounce of one of them only concerns the others. */
  private async suppressAfter({ outcome }: SendResult, payload: DeliveryPayload | null): Promise<void> {
    if (outcome.kind !== 'sent' && outcome.hardBounce !== undefined && payload) {
      const { email, userId } = payload.to;
      const given = { email, userId, reason: 'bounce', detail: outcome.hardBounce } as const;
      // The next email would bounce, too, and be noticed then.
      await this.suppressions.store(given).catch((error: unknown) => {
        this.logger.warn('could not store that an email bounced', { error });
      });
    }
  }

  private noteHeld({ id, channel }: ClaimedDelivery, { slot }: Held, reason: string): void {
    if (!slot) {
      this.logger.warn(`delivery ${id} has expired: ${reason}`);
      this.metrics.expired(channel);
    }
  }

  /** What was sent but isn't marked as sent would be sent again, so retry as long as there is time. */
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

  private async tryToStore(
    claimed: ClaimedDelivery,
    { outcome, attempts, isGone, held }: SendResult,
  ): Promise<void> {
    if (held && outcome.kind !== 'sent') {
      return this.claims.holdForRate(claimed, held, outcome.reason, attempts);
    }
    const { id } = claimed;
    switch (outcome.kind) {
      case 'sent':
        return this.claims.finish({ id, state: 'sent', reason: null, tried: attempts });
      case 'refused': {
        const state = isGone ? 'suppressed' : 'failed';
        return this.claims.finish({ id, state, reason: outcome.reason, tried: attempts });
      }
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
