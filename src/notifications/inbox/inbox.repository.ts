import type { EntityManager, FilterQuery } from '@mikro-orm/postgresql';
import { defineSealedColumn, type Sealer } from '#libs/crypto';
import { keyset, type PageRequest } from '#libs/database';
import type { RenderedInbox } from '../templates/index.js';
import { InboxNotification } from './inbox-notification.entity.js';

export interface NewInboxNotification {
  readonly id: string;
  readonly userId: string;
  readonly template: string;
  readonly content: RenderedInbox;
  readonly createdAt: Date;
}

export interface InboxFilter {
  readonly archived: boolean;
  readonly unread: boolean;
}

/** Puts notifications into the inboxes of users. Call it after `lockRecipient`. */
export async function insertInboxNotifications(
  em: EntityManager,
  sealer: Sealer,
  notifications: readonly NewInboxNotification[],
): Promise<void> {
  const rows = notifications.map(({ content, ...row }) => ({
    ...row,
    sealed: sealer.sealJson(content, contextOf(row.id)),
  }));
  await em.execute(
    `insert into notifications.inbox_notifications (id, user_id, template, sealed, created_at)
     select id, "userId", template, sealed, "createdAt"
       from jsonb_to_recordset(?::jsonb)
         as n(id uuid, "userId" uuid, template text, sealed text, "createdAt" timestamptz)`,
    [JSON.stringify(rows)],
    'run',
  );
}

/** @throws SealBrokenError */
export function contentOf(sealer: Sealer, { id, sealed }: InboxNotification): RenderedInbox {
  return sealer.openJson(sealed, contextOf(id)) as RenderedInbox;
}

/** Returns one row more than the limit, newest first. */
export function findInbox(
  em: EntityManager,
  userId: string,
  filter: InboxFilter,
  page: PageRequest,
): Promise<InboxNotification[]> {
  const { where, options } = keyset(page);
  return em.find(InboxNotification, { $and: [where, whereOf(userId, filter)] }, options);
}

export function countInbox(em: EntityManager, userId: string, filter: InboxFilter): Promise<number> {
  return em.count(InboxNotification, whereOf(userId, filter));
}

export function findInboxNotification(
  em: EntityManager,
  userId: string,
  id: string,
): Promise<InboxNotification | null> {
  return em.findOne(InboxNotification, { id, userId });
}

/** Like `findInbox`, archived or not. */
export function findAllInbox(
  em: EntityManager,
  userId: string,
  page: PageRequest,
): Promise<InboxNotification[]> {
  const { where, options } = keyset(page);
  return em.find(InboxNotification, { ...where, userId }, options);
}

/** The position of the latest notification, archived or not. 0 in an empty inbox. */
export async function findInboxPosition(em: EntityManager, userId: string): Promise<number> {
  const [last] = await em.find(
    InboxNotification,
    { userId },
    { fields: ['position'], orderBy: { position: 'desc' }, limit: 1 },
  );
  return last?.position ?? 0;
}

/** What has arrived after a position, in order. */
export function findInboxAfter(
  em: EntityManager,
  userId: string,
  position: number,
  limit: number,
): Promise<InboxNotification[]> {
  return em.find(
    InboxNotification,
    { userId, position: { $gt: position } },
    { orderBy: { position: 'asc' }, limit },
  );
}

/** The users to whom something has arrived after the position of theirs. */
export async function findInboxesWithNews(
  em: EntityManager,
  positions: readonly { readonly userId: string; readonly position: number }[],
): Promise<string[]> {
  const rows = await em.execute<{ userId: string }[]>(
    `select "userId" from jsonb_to_recordset(?::jsonb) as known("userId" uuid, position bigint)
      where exists (select from notifications.inbox_notifications i
                     where i.user_id = known."userId" and i.position > known.position)`,
    [JSON.stringify(positions)],
  );
  return rows.map(({ userId }) => userId);
}

export async function markAllRead(em: EntityManager, userId: string, at: Date): Promise<void> {
  await em.execute(
    `update notifications.inbox_notifications set read_at = ?
      where user_id = ? and read_at is null and archived_at is null`,
    [at, userId],
    'run',
  );
}

export async function deleteInboxOf(em: EntityManager, userId: string): Promise<void> {
  await em.execute('delete from notifications.inbox_notifications where user_id = ?', [userId], 'run');
}

function whereOf(userId: string, { archived, unread }: InboxFilter): FilterQuery<InboxNotification> {
  return {
    userId,
    archivedAt: archived ? { $ne: null } : null,
    ...(unread ? { readAt: null } : {}),
  };
}

function contextOf(id: string): string {
  return `inbox:${id}`;
}

defineSealedColumn('notifications.inbox_notifications.sealed', {
  primaryKey: { id: 'uuid' },
  context: ({ id = '' }) => contextOf(id),
});
