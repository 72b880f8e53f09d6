import type { EntityManager } from '@mikro-orm/postgresql';
import {
  type DeliveryAttempt,
  WebhookDelivery,
  type WebhookDeliveryState,
} from './webhook-delivery.entity.js';
import { IS_BEHIND } from './webhook-order.repository.js';

/** What the run needs that holds the claim. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly webhookId: string;
  /** The webhook's URL and secrets. */
  readonly sealed: string;
  readonly eventId: string;
  readonly subject: string;
  readonly body: string;
  /** Whether others may wait for it. */
  readonly inOrder: boolean;
  /** The number of this claim, starting at 1. */
  readonly claim: number;
  readonly triesLeft: number;
  readonly attempts: readonly DeliveryAttempt[];
}

type NewDelivery = Pick<
  WebhookDelivery,
  'id' | 'eventId' | 'type' | 'subject' | 'body' | 'triesLeft' | 'inOrder'
> & {
  readonly webhookId: string;
};

/** @returns false, without any effect, if the webhook has the event already */
export async function insertDelivery(em: EntityManager, delivery: NewDelivery, at: Date): Promise<boolean> {
  const { id, webhookId, eventId, type, subject, body, triesLeft, inOrder } = delivery;
  const rows = await em.execute<object[]>(
    `insert into notifications.webhook_deliveries
       (id, webhook_id, event_id, type, subject, body, tries_left, in_order, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning 1 as inserted`,
    [id, webhookId, eventId, type, subject, body, triesLeft, inOrder, at],
  );
  return rows.length > 0;
}

/** What a run is for: a delivery to a webhook that works, to one that's failing or slow, or a test of a paused one. */
export type Purpose = 'try' | 'retry' | 'test';

/**
 * Claims a delivery for one run, with PostgreSQL's clock, which all processes share. A test doesn't count as a try.
 * @returns null if it's final, unknown, held, claimed by a live run, has to wait for another one, or its webhook isn't in the
 * state for this purpose
 */
export async function claimDelivery(
  em: EntityManager,
  id: string,
  purpose: Purpose,
  leaseMs: number,
): Promise<ClaimedDelivery | null> {
  const isTest = purpose === 'test';
  const [row] = await em.execute<ClaimRow[]>(
    `update notifications.webhook_deliveries d
        set state = 'sending', claims = d.claims + 1, tries_left = d.tries_left - (not ?)::int,
            claimed_until = now() + ? * interval '1 millisecond'
       from notifications.webhooks w
      where d.id = ? and w.id = d.webhook_id and w.enabled and (w.paused_at is not null) = ?
        and (w.failing_since is null and not w.slow or ?)
        and (d.state = 'pending' or (d.state = 'sending' and d.claimed_until < now()) or (d.state = 'held' and ?))
        and not ${IS_BEHIND}
  returning d.webhook_id, w.sealed, d.event_id, d.subject, d.in_order, d.body, d.claims, d.tries_left, d.attempts`,
    [isTest, leaseMs, id, isTest, purpose !== 'try', isTest],
  );
  return row
    ? {
        id,
        webhookId: row.webhook_id,
        sealed: row.sealed,
        eventId: row.event_id,
        subject: row.subject,
        body: row.body,
        inOrder: row.in_order,
        claim: row.claims,
        triesLeft: row.tries_left,
        attempts: row.attempts,
      }
    : null;
}

/** A delivery that can't be claimed. */
type WaitingDelivery = Pick<WebhookDelivery, 'state' | 'subject' | 'inOrder'>;

/** Stores what came of a run, unless another one has taken over. @returns whether it was stored */
export async function storeAttempt(
  em: EntityManager,
  { id, claim }: ClaimedDelivery,
  state: WebhookDeliveryState,
  attempts: readonly DeliveryAttempt[],
): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `update notifications.webhook_deliveries
        set state = ?, attempts = ?::jsonb, claimed_until = null,
            ended_at = case when ? then now() end
      where id = ? and state = 'sending' and claims = ? returning 1 as stored`,
    [state, JSON.stringify(attempts), isFinal(state), id, claim],
  );
  return rows.length > 0;
}

/**
 * Holds a delivery that is due although its webhook takes none.
 * @returns what it is then. Undefined if there's none
 */
export async function holdDelivery(em: EntityManager, id: string): Promise<WaitingDelivery | undefined> {
  await em.execute(
    `update notifications.webhook_deliveries d set state = 'held', claimed_until = null
       from notifications.webhooks w
      where d.id = ? and w.id = d.webhook_id and (w.paused_at is not null or not w.enabled)
        and (d.state = 'pending' or (d.state = 'sending' and d.claimed_until < now()))`,
    [id],
    'run',
  );
  const [row] = await em.execute<WaitingDelivery[]>(
    'select state, subject, in_order as "inOrder" from notifications.webhook_deliveries where id = ?',
    [id],
  );
  return row;
}

/** Holds deliveries whose run has died a while ago, in case no task leads to them any more, as after a test. */
export async function holdLapsed(em: EntityManager): Promise<void> {
  await em.execute(
    // By webhook, as the index has it: there are few webhooks, and many deliveries.
    `update notifications.webhook_deliveries d set state = 'held', claimed_until = null
       from notifications.webhooks w
      where w.id = d.webhook_id and d.state = 'sending' and d.claimed_until < now() - interval '5 minutes'`,
    [],
    'run',
  );
}

/**
 * Makes up to `limit` held deliveries pending whose webhooks go on, oldest first, unless a task still leads to them.
 * @returns them, with their subjects
 */
export function releaseHeld(
  em: EntityManager,
  tasks: readonly string[],
  limit: number,
): Promise<{ readonly id: string; readonly subject: string }[]> {
  return em.execute(
    `update notifications.webhook_deliveries set state = 'pending' where id in (
       select d.id from notifications.webhook_deliveries d
         join notifications.webhooks w on w.id = d.webhook_id
        where d.state = 'held' and w.enabled and w.paused_at is null
          and not exists (select from notifications.outbox o where o.message_id = d.id and o.consumer in (?))
        order by d.id limit ? for update of d skip locked)
  returning id, subject`,
    [tasks, limit],
  );
}

/** Of each paused webhook, the oldest delivery that isn't over, and doesn't have to wait for another one. */
export async function findTests(em: EntityManager): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select test.id from notifications.webhooks w, lateral (
       select d.id from notifications.webhook_deliveries d
        where d.webhook_id = w.id and d.state in ('held', 'pending', 'sending') and not ${IS_BEHIND}
        order by d.id limit 1) as test
      where w.enabled and w.paused_at is not null`,
  );
  return rows.map(({ id }) => id);
}

/** Makes a final delivery pending, in order if its webhook is by now. @returns null if it isn't final */
export async function reopenDelivery(
  em: EntityManager,
  id: string,
  triesLeft: number,
): Promise<{ readonly subject: string } | null> {
  const [row] = await em.execute<{ subject: string }[]>(
    `update notifications.webhook_deliveries d
        set state = 'pending', tries_left = ?, ended_at = null, in_order = w.ordering = 'subject'
       from notifications.webhooks w
      where d.id = ? and w.id = d.webhook_id and d.state in ('delivered', 'failed') returning d.subject`,
    [triesLeft, id],
  );
  return row ?? null;
}

function isFinal(state: WebhookDeliveryState): boolean {
  return state === 'delivered' || state === 'failed';
}

interface ClaimRow {
  readonly webhook_id: string;
  readonly sealed: string;
  readonly event_id: string;
  readonly subject: string;
  readonly in_order: boolean;
  readonly body: string;
  readonly claims: number;
  readonly tries_left: number;
  readonly attempts: DeliveryAttempt[];
}
