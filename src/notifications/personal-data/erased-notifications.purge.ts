import { notifications } from '#libs/contracts';
import { Database } from '#libs/database';
import { type Purge, PurgedBy } from '#libs/purge';

const TABLES = [
  'digests',
  'inbox_notifications',
  'notifications',
  'phones',
  'preferences',
  'push_subscriptions',
  'recipients',
  'scheduled_notifications',
  'suppressions',
] as const;

/** Deletes what a worker of an earlier release, which doesn't know these tables, has left of deleted users. */
@PurgedBy(notifications.purge)
export class ErasedNotificationsPurge implements Purge {
  constructor(private readonly database: Database) {}

  purge(): Promise<number> {
    return this.database.run(async (em) => {
      let deleted = 0;
      for (const table of TABLES) {
        const rows = await em.execute<object[]>(
          `delete from notifications.${table} n using notifications.erased_users e
            where n.user_id = e.user_id returning 1 as deleted`,
        );
        deleted += rows.length;
      }
      return deleted;
    });
  }
}
