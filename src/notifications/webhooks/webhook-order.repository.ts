import type { EntityManager } from '@mikro-orm/postgresql';
import type { WebhookOrdering } from './webhook.entity.js';

const OPEN = `('pending', 'sending', 'held')`;
const SAME_SUBJECT = 'e.webhook_id = d.webhook_id and e.subject = d.subject and e.in_order';
const FIRST = `from notifications.webhook_deliveries e where ${SAME_SUBJECT} and e.state in ${OPEN} order by e.event_id limit 1`;
/** Also a later event, if the earlier one was late itself. */
const BEING_SENT = `from notifications.webhook_deliveries e where ${SAME_SUBJECT} and e.state = 'sending' and e.id <> d.id`;

/**
 * A condition on a delivery `d`: it has to wait for another one of its webhook about the same subject. Compares it with the first
 * one in line: asked whether there's any earlier one, PostgreSQL expects to find one soon, and reads the table.
 */
export const IS_BEHIND = `(d.in_order and ((select e.event_id ${FIRST}) < d.event_id or exists (select ${BEING_SENT})))`;

/**
 * Whether a delivery has to wait for another one. That one then can't end before the caller's transaction does, so it
 * finds this one when it looks for the next.
 */
export async function waitsForAnother(em: EntityManager, id: string): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `select 1 as waits from notifications.webhook_deliveries d
       left join lateral (select e.id ${BEING_SENT} limit 1 for share) as sent on true
       left join lateral (select e.id, e.event_id ${FIRST} for share) as first on true
      where d.id = ? and d.in_order and (sent.id is not null or first.event_id < d.event_id)
        for no key update of d`,
    [id],
  );
  return rows.length > 0;
}

/**
 * The delivery that is next, once another one about the same subject is over.
 * @returns undefined if there's none, or a task leads to it, or it's held until its webhook goes on
 */
export async function findNext(
  em: EntityManager,
  { webhookId, subject }: { readonly webhookId: string; readonly subject: string },
  tasks: readonly string[],
): Promise<string | undefined> {
  const [row] = await em.execute<{ id: string }[]>(
    `select next.id from (
       select d.id, d.state from notifications.webhook_deliveries d
        where d.webhook_id = ? and d.subject = ? and d.in_order and d.state in ${OPEN}
        order by d.event_id limit 1) as next
      where next.state = 'pending'
        and not exists (select from notifications.outbox o where o.message_id = next.id and o.consumer in (?))`,
    [webhookId, subject, tasks],
  );
  return row?.id;
}

/** Applies the ordering of a webhook to its deliveries that aren't over. Those that waited for others are held. */
export async function orderDeliveries(
  em: EntityManager,
  webhookId: string,
  ordering: WebhookOrdering,
  tasks: readonly string[],
): Promise<void> {
  await em.execute(
    `update notifications.webhook_deliveries set in_order = ? where webhook_id = ? and state in ${OPEN}`,
    [ordering === 'subject', webhookId],
    'run',
  );
  if (ordering === 'none') {
    // In a statement of its own: a run that has just decided to wait must be seen.
    await em.execute(
      `update notifications.webhook_deliveries d set state = 'held'
        where d.webhook_id = ? and d.state = 'pending'
          and not exists (select from notifications.outbox o where o.message_id = d.id and o.consumer in (?))`,
      [webhookId, tasks],
      'run',
    );
  }
}

/**
 * Holds deliveries that wait for none any more although nothing has found them, such as when the one before them was deleted, or
 * ended in a process of an earlier release. They are released like others that were held.
 */
export async function holdForgotten(em: EntityManager, tasks: readonly string[]): Promise<void> {
  await em.execute(
    `update notifications.webhook_deliveries d set state = 'held'
       from notifications.webhooks w
      where w.ordering = 'subject' and w.enabled and w.paused_at is null and w.id = d.webhook_id
        and d.state = 'pending' and d.created_at < now() - interval '5 minutes' and not ${IS_BEHIND}
        and not exists (select from notifications.outbox o where o.message_id = d.id and o.consumer in (?))`,
    [tasks],
    'run',
  );
}
