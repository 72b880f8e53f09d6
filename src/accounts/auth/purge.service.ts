import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database, deleteExpiredRows } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';

/** A session that has expired or ended is of no use; it is kept this long for those who ask what happened. */
const SESSION_KEPT_MS = 24 * 60 * 60 * 1000;

/** Removes what has served its time. */
@Injectable()
export class PurgeService {
  constructor(
    private readonly database: Database,
    private readonly idempotency: IdempotencyStore,
    private readonly clock: Clock,
  ) {}

  async purge(): Promise<{ sessions: number; links: number; idempotencyKeys: number }> {
    const now = this.clock.now();
    const sessionsBefore = new Date(now.getTime() - SESSION_KEPT_MS);
    return {
      sessions: await deleteExpiredRows(this.database, 'accounts.sessions', sessionsBefore),
      links: await deleteExpiredRows(this.database, 'accounts.email_verifications', now),
      idempotencyKeys: await this.idempotency.purge(),
    };
  }
}
