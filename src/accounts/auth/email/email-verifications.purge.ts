import { Clock } from '#libs/clock';
import { accounts } from '#libs/contracts';
import { Database, deleteExpiredRows } from '#libs/database';
import { type Purge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class EmailVerificationsPurge implements Purge {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async purge(signal: AbortSignal): Promise<number> {
    const now = this.clock.now();
    const links = await deleteExpiredRows(this.database, signal, 'accounts.email_verifications', now);
    return links + (await deleteExpiredRows(this.database, signal, 'accounts.pending_registrations', now));
  }
}
