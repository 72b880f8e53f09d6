import type { EntityManager } from '@mikro-orm/postgresql';
import { defineSealedColumn, type Sealer } from '#libs/crypto';
import type { JsonObject } from '#libs/json';
import type { ChannelName } from '../templates/index.js';
import { deliverNotification } from './deliver-notification.job.js';
import { ScheduledNotification } from './scheduled-notification.entity.js';

/** What to send later. */
export interface ScheduledContent {
  readonly channels: readonly ChannelName[];
  readonly data: JsonObject;
}

/** Call it after `lockRecipient`. */
export async function insertScheduled(
  em: EntityManager,
  sealer: Sealer,
  { content, ...row }: Omit<ScheduledNotification, 'sealed'> & { readonly content: ScheduledContent },
): Promise<void> {
  const sealed = sealer.sealJson(content, contextOf(row.id));
  await em.persist(em.create(ScheduledNotification, { ...row, sealed })).flush();
}

export function findScheduled(em: EntityManager, id: string): Promise<ScheduledNotification | null> {
  return em.findOne(ScheduledNotification, { id });
}

/** What is to be sent to a user, in order, as it's shown to them. */
export async function findScheduledFor(
  em: EntityManager,
  userId: string,
): Promise<{ readonly id: string; readonly sendAt: Date }[]> {
  const scheduled = await em.find(ScheduledNotification, { userId }, { orderBy: { sendAt: 'asc' } });
  return scheduled.map(({ id, sendAt }) => ({ id, sendAt }));
}

/** @throws SealBrokenError */
export function scheduledContent(sealer: Sealer, { id, sealed }: ScheduledNotification): ScheduledContent {
  return sealer.openJson(sealed, contextOf(id)) as ScheduledContent;
}

/** After this, it's no longer scheduled. Call it after `lockRecipient`. @returns false if it hasn't been */
export async function deleteScheduled(em: EntityManager, id: string): Promise<boolean> {
  return (await em.nativeDelete(ScheduledNotification, { id })) > 0;
}

/** Deletes all that is scheduled for a user, and the tasks to send it. */
export async function deleteScheduledFor(em: EntityManager, userId: string): Promise<void> {
  await em.execute(
    'delete from notifications.outbox where subject = ? and consumer = ?',
    [userId, deliverNotification.name],
    'run',
  );
  await em.nativeDelete(ScheduledNotification, { userId });
}

function contextOf(id: string): string {
  return `notification:${id}`;
}

defineSealedColumn('notifications.scheduled_notifications.sealed', {
  primaryKey: { id: 'uuid' },
  context: ({ id = '' }) => contextOf(id),
});
