import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { PostponeJobError, UnrecoverableJobError } from '#libs/jobs';
import type { FinalState } from './delivery.entity.js';
import {
  claimDelivery,
  type ClaimedDelivery,
  deliveryStatus,
  finishDelivery,
  releaseDelivery,
  renewClaim,
  reopenDelivery,
} from './delivery.repository.js';
import { mailTask } from './send-mail.job.js';

/** A claim holds this long beyond its last renewal: so long does the mail of a process that was killed wait. */
const LEASE_MS = 10_000;
const RENEW_MS = 3_000;
/** So that a postponed run does not come a moment too early. */
const MARGIN_MS = 100;

/** Sees to it that no two runs send the same delivery at the same time. */
@Injectable()
export class DeliveryClaims {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns null when the delivery is final, so that there is nothing to do
   * @throws PostponeJobError when another run is at it, or was until its process died
   */
  async take(deliveryId: string): Promise<ClaimedDelivery | null> {
    const claimed = await this.database.run((em) => claimDelivery(em, deliveryId, LEASE_MS));
    if (claimed) {
      return claimed;
    }
    const status = await this.database.run((em) => deliveryStatus(em, deliveryId));
    if (status?.state === 'sending') {
      throw new PostponeJobError(
        `delivery ${deliveryId} is claimed by another run`,
        status.claimRemainingMs + MARGIN_MS,
      );
    }
    return null;
  }

  /**
   * Lets a delivery that has failed be taken again, because a person asked for it. From here on it is in the outbox again, as
   * any that is not final.
   *
   * @throws UnrecoverableJobError when it is too late for that
   */
  async reopen(deliveryId: string): Promise<void> {
    const state = await this.database.transaction(async (em) => {
      const reopened = await reopenDelivery(em, deliveryId, this.clock.now());
      if (!reopened) {
        return (await deliveryStatus(em, deliveryId))?.state;
      }
      await this.outbox.note(em, mailTask, deliveryId, reopened.userId);
      return 'pending';
    });
    if (state === 'failed' || state === 'expired') {
      throw new UnrecoverableJobError(`delivery ${deliveryId} can no longer be sent: it has expired`);
    }
  }

  hasExpired({ expiresAt }: ClaimedDelivery): boolean {
    return expiresAt <= this.clock.now();
  }

  /** Keeps the claim alive for as long as `work` takes. */
  async holding<T>(claimed: ClaimedDelivery, work: () => Promise<T>): Promise<T> {
    const renewal = setInterval(() => {
      this.database.run((em) => renewClaim(em, claimed, LEASE_MS)).catch(() => undefined);
    }, RENEW_MS);
    try {
      return await work();
    } finally {
      clearInterval(renewal);
    }
  }

  /** For a later attempt. */
  async giveBack(claimed: ClaimedDelivery, lastError: string): Promise<void> {
    await this.database.run((em) => releaseDelivery(em, claimed, lastError));
  }

  /** The state and the note in the outbox change together, so that no finished delivery is put on the queue again. */
  async finish(deliveryId: string, state: FinalState, lastError: string | null): Promise<void> {
    await this.database.transaction(async (em) => {
      await finishDelivery(em, deliveryId, state, lastError, this.clock.now());
      await this.outbox.settle(em, mailTask, deliveryId);
    });
  }
}
