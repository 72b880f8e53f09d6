import { Clock } from '#libs/clock';
import { accounts } from '#libs/contracts';
import { Database, deleteExpiredRows } from '#libs/database';
import { type Purge, PurgedBy } from '#libs/purge';

/** A session that has expired or ended is of no use; it is kept this long for those who ask what happened. */
const KEPT_MS = 24 * 60 * 60 * 1000;

@PurgedBy(accounts.purge)
export class SessionsPurge implements Purge {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  purge(signal: AbortSignal): Promise<number> {
    const before = new Date(this.clock.millis() - KEPT_MS);
    return deleteExpiredRows(this.database, signal, 'accounts.sessions', before);
  }
}
