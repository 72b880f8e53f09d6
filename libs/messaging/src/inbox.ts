import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '#libs/clock';
import { type Database, deleteExpiredRows } from '#libs/database';

/** Far longer than a message can be on its way. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** What a service has taken already, so that a message that comes again changes nothing. */
export class Inbox {
  private readonly table: string;

  constructor(
    schema: string,
    private readonly clock: Clock,
  ) {
    this.table = `"${schema}"."inbox"`;
  }

  /**
   * Records the message in the transaction of its effect. A second transaction that takes the same message at the same
   * time waits here for the first one to end.
   * @returns false when it was taken before
   */
  async accept(em: EntityManager, messageId: string): Promise<boolean> {
    if (!em.isInTransaction()) {
      throw new Error('a message must be accepted in the same transaction as its effect');
    }
    const rows = await em.execute<object[]>(
      `insert into ${this.table} (message_id, received_at) values (?, ?) on conflict do nothing returning message_id`,
      [messageId, this.clock.now().toISOString()],
    );
    return rows.length > 0;
  }

  /** Forgets messages that were taken more than 30 days ago. @returns how many */
  purge(database: Database, signal: AbortSignal): Promise<number> {
    const before = new Date(this.clock.millis() - KEPT_MS);
    return deleteExpiredRows(database, signal, this.table, before, 'received_at');
  }
}
