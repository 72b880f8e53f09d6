import { Clock } from '#libs/clock';
import { accounts } from '#libs/contracts';
import { Database, deleteExpiredRows } from '#libs/database';
import { type Purge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class SignInNoticesPurge implements Purge {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async purge(signal: AbortSignal): Promise<number> {
    const now = this.clock.now();
    const notices = await deleteExpiredRows(this.database, signal, 'accounts.sign_in_notices', now);
    return notices + (await deleteExpiredRows(this.database, signal, 'accounts.seen_devices', now));
  }
}
