import { Clock } from '#libs/clock';
import { accounts } from '#libs/contracts';
import { Database, deleteExpiredRows } from '#libs/database';
import { type Purge, PurgedBy } from '#libs/purge';

/** How long ended and expired sessions are kept, so that support can look into them. */
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
