import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { notifications } from '#libs/contracts';
import { Database, inBatches } from '#libs/database';
import { type Purge, PurgedBy } from '#libs/purge';
import { KEPT_MS } from './deliveries.purge.js';

/** Notifications go with their deliveries, and so not before they have any. */
@PurgedBy(notifications.purge)
export class NotificationsPurge implements Purge {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  purge(signal: AbortSignal): Promise<number> {
    const before = new Date(this.clock.millis() - KEPT_MS).toISOString();
    return inBatches(this.database, signal, (em, limit) => deleteBefore(em, before, limit));
  }
}

async function deleteBefore(em: EntityManager, before: string, limit: number): Promise<number> {
  const rows = await em.execute<object[]>(
    `delete from notifications.notifications where id in
       (select id from notifications.notifications
         where created_at < ? and (send_at is null or send_at < ?) order by created_at limit ?)
     returning 1 as gone`,
    [before, before, limit],
  );
  return rows.length;
}
