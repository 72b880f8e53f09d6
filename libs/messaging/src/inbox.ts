import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '#libs/clock';
import { type Database, deleteExpiredRows } from '#libs/database';

/** Far longer than a message can be in transit. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Records the messages that a service has processed, so that duplicates have no effect. */
export class Inbox {
  private readonly table: string;

  constructor(
    schema: string,
    private readonly clock: Clock,
  ) {
    this.table = `"${schema}"."inbox"`;
  }

  /**
   * Records the message in the same transaction as its effect. A concurrent transaction with the same message waits
   * here until the first one ends.
   * @returns false if the message has already been processed
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

  /** Deletes records older than 30 days. @returns the number of deleted records */
  purge(database: Database, signal: AbortSignal): Promise<number> {
    const before = new Date(this.clock.millis() - KEPT_MS);
    return deleteExpiredRows(database, signal, this.table, before, 'received_at');
  }
}
