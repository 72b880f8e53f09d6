import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cause } from '#libs/messaging';
import type { SendAttempt } from '../channels/index.js';
import { channelName } from './channel-name.js';
import type { Feedback, FinalState } from './delivery.entity.js';

/** How a delivery ends. */
export interface DeliveryEnd {
  readonly id: string;
  readonly state: FinalState;
  /** Why it was not sent. */
  readonly reason: string | null;
  /** The attempts that ended it, if there were any. */
  readonly tried?: readonly SendAttempt[];
  /** By default, what is going on when it's stored. */
  readonly cause?: Cause | undefined;
}

/** What events say about a delivery that has ended. */
export interface EndedDelivery {
  readonly id: string;
  readonly userId: string;
  /** The notification that was sent through the API, or else the delivery itself. */
  readonly notificationId: string;
  readonly template: string;
  readonly channel: string;
  /** The name of the job that sends it, if that isn't `send-mail`. */
  readonly task: string | null;
}

/**
 * Ends deliveries and erases their addresses and data. If one failed, they are kept so that it can be reopened.
 * @returns what they were, without those that had ended before
 */
export async function finishDeliveries(
  em: EntityManager,
  ends: readonly DeliveryEnd[],
  at: Date,
): Promise<EndedDelivery[]> {
  const given = ends.map(({ id, state, reason, tried = [] }) => ({ id, state, reason, tried }));
  const rows = await em.execute<EndedRow[]>(
    `update notifications.deliveries as d
        set state = g.state, sealed = case when g.state = 'failed' then d.sealed end, tries = d.tries || g.tried,
            claimed_until = null, last_error = g.reason, sent_at = case when g.state = 'sent' then ?::timestamptz end
       from jsonb_to_recordset(?::jsonb) as g(id uuid, state text, reason text, tried jsonb)
      where d.id = g.id and d.state in ('pending', 'queued', 'sending')
  returning d.id, d.user_id, d.notification_id, d.template, d.channel, d.task`,
    [at.toISOString(), JSON.stringify(given)],
  );
  return rows.map(endedOf);
}

/**
 * Stores what was said about an email after it was sent, and of a digest for everything in it. A bounce or complaint isn't
 * forgotten if a delivery is reported later.
 * @returns the deliveries for which it's new
 */
export async function storeFeedback(
  em: EntityManager,
  id: string,
  feedback: Feedback,
  reason: string | null,
): Promise<EndedDelivery[]> {
  const rows = await em.execute<EndedRow[]>(
    `update notifications.deliveries set feedback = ?, feedback_reason = ?
      where (id = ? or id in (select delivery_id from notifications.digest_items where digest_id = ?)) and state = 'sent' and channel in ('email', 'mail')
        and (feedback is null or (feedback = 'delivered' and ? <> 'delivered'))
  returning id, user_id, notification_id, template, channel, task`,
    [feedback, reason, id, id, feedback],
  );
  return rows.map(endedOf);
}

function endedOf(row: EndedRow): EndedDelivery {
  const { id, user_id: userId, notification_id: notificationId, template, channel, task } = row;
  return { id, userId, notificationId: notificationId ?? id, template, channel: channelName(channel), task };
}

interface EndedRow {
  readonly id: string;
  readonly user_id: string;
  readonly notification_id: string | null;
  readonly template: string;
  readonly channel: string;
  readonly task: string | null;
}
