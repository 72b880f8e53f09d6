import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { webhookStopped } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { Database } from '#libs/database';
import { fullDelay, JobError, PostponeJobError } from '#libs/jobs';
import { Outbox } from '#libs/messaging';
import {
  deliverWebhook,
  WEBHOOK_TASKS,
  WEBHOOK_TRIES,
  webhookRetryTask,
  webhookTask,
} from './deliver-webhook.job.js';
import { signatureHeaders } from './signature.js';
import { type OutboundAnswer, OutboundClient } from '../outbound/index.js';
import { attemptOf, isGone, outcomeOf, textOf } from './webhook-answer.js';
import type { DeliveryAttempt } from './webhook-delivery.entity.js';
import {
  type ClaimedDelivery,
  claimDelivery,
  holdDelivery,
  type Purpose,
  storeAttempt,
} from './webhook-delivery.repository.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { findNext, waitsForAnother } from './webhook-order.repository.js';
import { liveSecrets, openSettings, type WebhookSettings } from './webhook-settings.js';
import { disableGone, markAnswering, markFailing } from './webhook.repository.js';

/** Longer than a request can take. */
const LEASE_MS = 60_000;
/** A webhook is paused after it has only failed for this long. */
const PAUSE_AFTER_MS = 60 * 60 * 1000;
/** A receiver that takes longer keeps only others like it waiting. */
const SLOW_MS = 1_000;
/** The latest attempts, which the list of deliveries shows. */
const KEPT_ATTEMPTS = 30;

/**
 * Delivers events to webhooks, at least once. Only one run at a time holds the claim on a delivery. A receiver knows one
 * that it gets again by its `webhook-id`. One that has to wait for another has no task, until that one is over.
 */
@Injectable()
export class WebhookDeliverer {
  private readonly logger = new Logger(WebhookDeliverer.name);

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly sealer: Sealer,
    private readonly client: OutboundClient,
    private readonly metrics: WebhookMetrics,
    private readonly clock: Clock,
  ) {}

  /** Does nothing if the delivery is over, or another run is at it. @throws JobError if it's to be tried again */
  async deliver(id: string, purpose: 'try' | 'retry', signal: AbortSignal): Promise<void> {
    const claimed = await this.database.run((em) => claimDelivery(em, id, purpose, LEASE_MS));
    if (!claimed) {
      await this.database.transaction((em) => this.putAside(em, id, purpose));
      return;
    }
    const answer = await this.attempt(claimed, purpose, signal);
    if (claimed.triesLeft > 0 && outcomeOf(answer) !== 'delivered' && !isGone(answer)) {
      const message = `delivery ${id} to webhook ${claimed.webhookId} failed: ${textOf(answer)}`;
      const wantedMs = answer.kind === 'answered' ? (answer.retryAfterSeconds ?? 0) * 1000 : 0;
      // Only if that's longer: otherwise, an impatient receiver would use up its tries.
      const { backoff } = deliverWebhook;
      throw wantedMs > fullDelay(backoff, WEBHOOK_TRIES - claimed.triesLeft)
        ? new PostponeJobError(message, Math.min(wantedMs, backoff.capMs))
        : new JobError(message);
    }
  }

  /** Sends a delivery of a paused webhook, which goes on if it's answered. */
  async test(id: string, signal: AbortSignal): Promise<void> {
    const claimed = await this.database.run((em) => claimDelivery(em, id, 'test', LEASE_MS));
    if (claimed) {
      await this.attempt(claimed, 'test', signal);
    }
  }

  /** What can't be delivered now waits elsewhere, or needn't be delivered any more. */
  private async putAside(em: EntityManager, id: string, purpose: 'try' | 'retry'): Promise<void> {
    const found = await holdDelivery(em, id);
    if (found?.state === 'sending') {
      return;
    }
    await this.settle(em, id);
    if (found?.state === 'pending' && !(found.inOrder && (await waitsForAnother(em, id)))) {
      // The webhook began to fail, or it works again.
      await this.outbox.appendTask(em, purpose === 'try' ? webhookRetryTask : webhookTask, id, found.subject);
    }
  }

  private async goOn(em: EntityManager, { webhookId, subject }: ClaimedDelivery): Promise<void> {
    const next = await findNext(em, { webhookId, subject }, WEBHOOK_TASKS);
    if (next !== undefined) {
      await this.outbox.appendTask(em, webhookTask, next, subject);
    }
  }

  private async settle(em: EntityManager, id: string): Promise<void> {
    await this.outbox.settle(em, webhookTask, id);
    await this.outbox.settle(em, webhookRetryTask, id);
  }

  private async attempt(
    claimed: ClaimedDelivery,
    purpose: Purpose,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    const at = this.clock.now();
    const { id, webhookId } = claimed;
    const answer = await this.send(claimed, at, signal);
    this.metrics.attempted(outcomeOf(answer));
    const attempt = attemptOf(at, answer);
    await this.database.transaction((em) => this.store(em, claimed, purpose, attempt, answer));
    // A failure is logged with its job.
    if (outcomeOf(answer) === 'delivered') {
      this.logger.log('webhook delivered', {
        webhookId,
        deliveryId: id,
        durationMs: attempt.durationMs,
      });
    }
    return answer;
  }

  private send(
    { webhookId, sealed, eventId, body }: ClaimedDelivery,
    at: Date,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    const settings = this.open(webhookId, sealed);
    if (!settings) {
      return Promise.resolve({ kind: 'refused', reason: 'decryption failed' });
    }
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Gatehouse-Webhooks/1',
      ...signatureHeaders({ id: eventId, sentAt: at, body }, liveSecrets(settings, at)),
    };
    return this.client.post({ url: settings.url, headers, body }, signal);
  }

  /** @returns null if the seal is broken, as without the key that it was made with */
  private open(webhookId: string, sealed: string): WebhookSettings | null {
    try {
      return openSettings(this.sealer, webhookId, sealed);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      this.logger.error(`could not decrypt webhook ${webhookId}: ${reason}`);
      return null;
    }
  }

  private async store(
    em: EntityManager,
    claimed: ClaimedDelivery,
    purpose: Purpose,
    attempt: DeliveryAttempt,
    answer: OutboundAnswer,
  ): Promise<void> {
    const { id, webhookId, triesLeft } = claimed;
    const attempts = [...claimed.attempts, attempt].slice(-KEPT_ATTEMPTS);
    const isDelivered = outcomeOf(answer) === 'delivered';
    const isOver = isDelivered || isGone(answer) || (purpose !== 'test' && triesLeft <= 0);
    const waiting = purpose === 'test' ? 'held' : 'pending';
    const state = isDelivered ? 'delivered' : isOver ? 'failed' : waiting;
    if (!(await storeAttempt(em, claimed, state, attempts))) {
      return;
    }
    if (isOver || purpose === 'test') {
      await this.settle(em, id);
    }
    if (isOver && claimed.inOrder) {
      await this.goOn(em, claimed);
    }
    if (isDelivered) {
      await markAnswering(em, webhookId, { isSlow: attempt.durationMs > SLOW_MS });
      return;
    }
    const reason = isGone(answer) ? 'gone' : 'paused';
    const stopped = isGone(answer)
      ? await disableGone(em, webhookId)
      : await markFailing(em, webhookId, PAUSE_AFTER_MS);
    if (stopped !== null) {
      this.logger.warn(`webhook ${webhookId} stopped (${reason}): ${textOf(answer)}`);
      await this.outbox.append(em, webhookStopped, stopped, { webhookId, reason });
    }
  }
}
