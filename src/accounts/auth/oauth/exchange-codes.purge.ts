import { Clock } from '#libs/clock';
import { accounts } from '#libs/contracts';
import { Database, deleteExpiredRows } from '#libs/database';
import { type Purge, PurgedBy } from '#libs/purge';

@PurgedBy(accounts.purge)
export class ExchangeCodesPurge implements Purge {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  purge(signal: AbortSignal): Promise<number> {
    return deleteExpiredRows(this.database, signal, 'accounts.oauth_codes', this.clock.now());
  }
}
