import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { Database } from '#libs/database';
import { IdempotencyStore } from '#libs/idempotency';
import { deleteExpiredSessions } from './sessions/session.repository.js';

/** What one run removes at most of a kind; the next one goes on. */
const BATCH = 10_000;
/** An expired session is kept this long, so that its tokens are still recognised as its own. */
const SESSION_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

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
    return this.database.read(async (em) => ({
      sessions: await deleteExpiredSessions(em, new Date(now.getTime() - SESSION_KEPT_MS), BATCH),
      links: (
        await em.execute<unknown[]>(
          'delete from accounts.email_verifications where expires_at < ? returning user_id',
          [now],
        )
      ).length,
      idempotencyKeys: await this.idempotency.purge(),
    }));
  }
}
