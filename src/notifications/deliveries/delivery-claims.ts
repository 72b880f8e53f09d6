import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { batched, Database } from '#libs/database';
import { currentCause, Outbox } from '#libs/messaging';
import { PostponeJobError, UnrecoverableJobError } from '#libs/jobs';
import type { Held, SendAttempt } from '../channels/index.js';
import { CANCELED } from './delivery.entity.js';
import { DeliveryEnds } from './delivery-ends.js';
import {
  broadcastStatesOf,
  claimDeliveries,
  type ClaimedRow,
  deliveryStatus,
  holdDelivery,
  releaseDelivery,
  renewClaim,
  reopenDelivery,
} from './delivery-claim.repository.js';
import type { DeliveryEnd } from './delivery-end.repository.js';
import { keepSlot } from './delivery-slot.repository.js';
import { reopenItemsOf } from './digest-item.repository.js';
import { taskOf } from './delivery-tasks.js';

/** How long a claim is valid after its last renewal, and so how long a mail waits if its process is killed. */
const LEASE_MS = 10_000;
const RENEW_MS = 3_000;
/** How often an email of a paused broadcast looks whether that goes on. */
const PAUSED_MS = 30_000;
/** How many deliveries are claimed, or end, in one statement. */
const BATCH = 50;
/** So that a postponed run doesn't start a moment too early. */
const MARGIN_MS = 100;

/** A delivery that this run has claimed. */
export interface ClaimedDelivery extends ClaimedRow {
  /** When the claim began at the earliest, by `performance.now()`. */
  readonly takenAt: number;
}

/** Ensures that no two runs send the same delivery at the same time. */
@Injectable()
export class DeliveryClaims {
  private readonly claim = batched((ids: readonly string[]) => this.claimAll(ids), BATCH);
  private readonly end = batched((ends: readonly DeliveryEnd[]) => this.endAll(ends), BATCH);
  private readonly broadcastState = batched((ids: readonly string[]) => this.broadcastStates(ids), BATCH);

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly ends: DeliveryEnds,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns null if the delivery was sent or has expired, so there's nothing to do
   * @throws PostponeJobError if another run holds the claim, even if its process has died
   * @throws UnrecoverableJobError if the delivery has failed: the process of the run that stored this may have been
   * killed before its job became a dead letter
   */
  async take(deliveryId: string): Promise<ClaimedDelivery | null> {
    const takenAt = performance.now();
    const row = await this.claim(deliveryId);
    if (row) {
      return { ...row, takenAt };
    }
    const status = await this.database.run((em) => deliveryStatus(em, deliveryId));
    if (status?.state === 'sending') {
      throw new PostponeJobError(
        `delivery ${deliveryId} is claimed by another run`,
        status.claimRemainingMs + MARGIN_MS,
      );
    }
    if (status?.state === 'failed') {
      throw new UnrecoverableJobError(`delivery ${deliveryId} was not sent: ${String(status.lastError)}`);
    }
    return null;
  }

  /**
   * Makes a failed delivery pending again at an operator's request, and puts its task back in the outbox.
   * @throws UnrecoverableJobError if the delivery has expired
   */
  async reopen(deliveryId: string): Promise<void> {
    const state = await this.database.transaction(async (em) => {
      const reopened = await reopenDelivery(em, deliveryId, this.clock.now());
      if (!reopened) {
        return (await deliveryStatus(em, deliveryId))?.state;
      }
      await reopenItemsOf(em, deliveryId);
      await this.outbox.appendTask(em, taskOf(reopened.task), deliveryId, reopened.userId);
      return 'pending';
    });
    if (state === 'failed' || state === 'expired') {
      throw new UnrecoverableJobError(`delivery ${deliveryId} can no longer be sent: it has expired`);
    }
  }

  hasExpired({ expiresAt }: ClaimedDelivery): boolean {
    return expiresAt <= this.clock.now();
  }

  /**
   * Renews the claim until `work` is done.
   * @param work can ask whether the claim is still held, by a clock that goes on while the process is frozen
   */
  async whileClaimed<T>(claimed: ClaimedDelivery, work: (isHeld: () => boolean) => Promise<T>): Promise<T> {
    let heldUntil = claimed.takenAt + LEASE_MS;
    const renewal = setInterval(() => {
      const askedAt = performance.now();
      this.database
        .run((em) => renewClaim(em, claimed, LEASE_MS))
        .then((isHeld) => {
          heldUntil = isHeld ? askedAt + LEASE_MS : Number.NEGATIVE_INFINITY;
        })
        .catch(() => undefined);
    }, RENEW_MS);
    try {
      return await work(() => performance.now() < heldUntil);
    } finally {
      clearInterval(renewal);
    }
  }

  /** Releases the claim for a later attempt. */
  async release(
    claimed: ClaimedDelivery,
    lastError: string,
    tried: readonly SendAttempt[] = [],
  ): Promise<void> {
    await this.database.run((em) => releaseDelivery(em, claimed, lastError, tried));
  }

  /** Releases the claim until a later time. The task is due then, and the job that calls this is done. */
  async hold(claimed: ClaimedDelivery, until: Date): Promise<void> {
    await this.database.transaction(async (em) => {
      if (await holdDelivery(em, claimed, until)) {
        await this.outbox.postponeTask(em, taskOf(claimed.task), claimed.id, until);
      }
    });
  }

  /** Releases the claim until a provider can take it, or ends it if it expires before. Like `hold`, apart from that. */
  async holdForRate(
    claimed: ClaimedDelivery,
    { slot, until }: Held,
    reason: string,
    tried: readonly SendAttempt[],
  ): Promise<void> {
    if (!slot) {
      await this.finish({ id: claimed.id, state: 'expired', reason, tried });
      return;
    }
    await this.database.transaction(async (em) => {
      if (await keepSlot(em, claimed, slot, reason, tried)) {
        await this.outbox.postponeTask(em, taskOf(claimed.task), claimed.id, until);
      }
    });
  }

  /** Ends an email of a broadcast that was canceled, and holds one of a broadcast that is paused. */
  async goesOn(claimed: ClaimedDelivery): Promise<boolean> {
    const state = await this.broadcastState(claimed.id);
    if (state === 'canceled') {
      await this.finish({ id: claimed.id, state: 'suppressed', reason: CANCELED });
    } else if (state === 'paused') {
      await this.hold(claimed, new Date(this.clock.millis() + PAUSED_MS));
    }
    return state !== 'canceled' && state !== 'paused';
  }

  /** Updates the state and settles the task in one transaction, so that a finished delivery isn't enqueued again. */
  async finish(end: DeliveryEnd): Promise<void> {
    await this.end({ cause: currentCause(), ...end });
  }

  /** A delivery that is in a batch twice is claimed once. */
  private async claimAll(ids: readonly string[]): Promise<(ClaimedRow | null)[]> {
    const rows = await this.database.run((em) => claimDeliveries(em, ids, LEASE_MS));
    return ids.map((id, index) => (ids.indexOf(id) === index ? (rows.get(id) ?? null) : null));
  }

  private async endAll(ends: readonly DeliveryEnd[]): Promise<undefined[]> {
    await this.database.transaction((em) => this.ends.end(em, ...ends));
    return ends.map(() => undefined);
  }

  private async broadcastStates(ids: readonly string[]): Promise<(string | undefined)[]> {
    const states = await this.database.run((em) => broadcastStatesOf(em, ids));
    return ids.map((id) => states.get(id));
  }
}
