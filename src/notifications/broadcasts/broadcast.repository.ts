import { type EntityManager, type FilterQuery, LockMode } from '@mikro-orm/postgresql';
import { defineSealedColumn, type Sealer } from '#libs/crypto';
import { keyset, type PageRequest } from '#libs/database';
import type { JobFilter } from '#libs/jobs';
import type { JsonObject } from '#libs/json';
import type { ChannelName } from '../templates/index.js';
import { broadcastNotification } from './broadcast-notification.job.js';
import { Broadcast, BROADCAST_STATES } from './broadcast.entity.js';

/** What a broadcast says, and to whom. Times are ISO 8601. */
export interface BroadcastContent {
  readonly audience: {
    readonly status?: 'active' | 'suspended' | undefined;
    readonly role?: string | undefined;
    readonly emailDomain?: string | undefined;
    readonly createdAfter?: string | undefined;
    readonly createdBefore?: string | undefined;
  };
  readonly channels: readonly ChannelName[];
  readonly data: JsonObject;
}

export function sealContent(sealer: Sealer, id: string, content: BroadcastContent): string {
  return sealer.sealJson(content, contextOf(id));
}

/** @throws SealBrokenError */
export function contentOf(sealer: Sealer, { id, sealed }: Broadcast): BroadcastContent {
  return sealer.openJson(sealed, contextOf(id)) as BroadcastContent;
}

export function findBroadcast(em: EntityManager, id: string): Promise<Broadcast | null> {
  return em.findOne(Broadcast, { id });
}

/** Locks the broadcast until the transaction ends. */
export function lockBroadcast(em: EntityManager, id: string): Promise<Broadcast | null> {
  return em.findOne(Broadcast, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/** Whether something of it still has to be sent. */
export async function hasUnsent(em: EntityManager, id: string): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `select from notifications.deliveries d join notifications.notifications n on n.id = d.notification_id
      where n.broadcast_id = ? and d.state in ('pending', 'queued', 'sending') limit 1`,
    [id],
  );
  return rows.length > 0;
}

/** Returns one row more than the limit, newest first. */
export function findBroadcasts(
  em: EntityManager,
  filter: JobFilter,
  page: PageRequest,
): Promise<Broadcast[]> {
  const { where, options } = keyset(page);
  return em.find(Broadcast, { $and: [whereOf(filter), where] }, options);
}

export function countBroadcasts(em: EntityManager, filter: JobFilter): Promise<number> {
  return em.count(Broadcast, whereOf(filter));
}

/** None if the filter is for other jobs, or a state that broadcasts don't have. */
function whereOf({ type = broadcastNotification.name, state }: JobFilter): FilterQuery<Broadcast> {
  const states = BROADCAST_STATES.filter((each) => state === undefined || each === state);
  return { state: { $in: type === broadcastNotification.name ? states : [] } };
}

function contextOf(id: string): string {
  return `broadcast:${id}`;
}

defineSealedColumn('notifications.broadcasts.sealed', {
  primaryKey: { id: 'uuid' },
  context: ({ id = '' }) => contextOf(id),
});
