import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { type Purge, PurgedBy } from '#libs/purge';
import { AppConfig } from '../../../config/index.js';
import { createPartition, dropPartition, findPartitions } from './audit-event.repository.js';
import { rotateAuditMonths } from './rotate-audit-months.job.js';

/** How many months ahead there are partitions: longer than anyone stops the worker for. */
const MONTHS_AHEAD = 3;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Drops the months of the audit log that are older than `AUDIT_RETENTION_DAYS`, and creates those to come. An event for
 * whose month there's no partition goes to the default one, so that none is ever lost.
 */
@PurgedBy(rotateAuditMonths)
export class AuditEventsPurge implements Purge {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  async purge(): Promise<number> {
    const now = this.clock.now();
    const keptSince = now.getTime() - this.config.auditRetentionDays * DAY_MS;
    const present = await this.database.run(findPartitions);
    const old = present.filter((name) => endOf(name) <= keptSince);
    const missing = nextMonths(now).filter((month) => !present.includes(nameOf(month)));
    for (const month of missing) {
      await this.database.transaction((em) => createPartition(em, month));
    }
    for (const name of old) {
      await this.database.transaction((em) => dropPartition(em, name));
    }
    return old.length;
  }
}

/** Which partition a month has. The migration names them. */
function nameOf(month: Date): string {
  return `audit_events_${month.toISOString().slice(0, 7).replace('-', '_')}`;
}

/** When the month of a partition ends, in milliseconds. Never for those that aren't for a month. */
function endOf(name: string): number {
  const [, year, month] = /^audit_events_(\d{4})_(\d{2})$/.exec(name) ?? [];
  return year === undefined ? Number.POSITIVE_INFINITY : Date.UTC(Number(year), Number(month));
}

function nextMonths(now: Date): Date[] {
  return Array.from(
    { length: MONTHS_AHEAD + 1 },
    (_, later) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + later)),
  );
}
