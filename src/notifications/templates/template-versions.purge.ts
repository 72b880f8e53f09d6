import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { notifications } from '#libs/contracts';
import { Database, inBatches } from '#libs/database';
import { type Purge, PurgedBy } from '#libs/purge';

/** Deletes versions that nothing is sent with any more, except those of notifications that are scheduled, or of broadcasts. */
@PurgedBy(notifications.purge)
export class TemplateVersionsPurge implements Purge {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  purge(signal: AbortSignal): Promise<number> {
    const now = this.clock.now().toISOString();
    return inBatches(this.database, signal, (em, limit) => deleteUnused(em, now, limit));
  }
}

async function deleteUnused(em: EntityManager, now: string, limit: number): Promise<number> {
  const rows = await em.execute<object[]>(
    `delete from notifications.template_versions where id in
       (select v.id from notifications.template_versions v
         where v.expires_at < ?
           and not exists (select from notifications.scheduled_notifications s where s.template_version = v.id)
           and not exists
             (select from notifications.broadcasts b where b.template_version = v.id and b.finished_at is null)
         limit ?)
     returning 1 as gone`,
    [now, limit],
  );
  return rows.length;
}
