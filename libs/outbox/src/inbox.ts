import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '#libs/clock';

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

  /** Forgets up to `limit` messages that were taken before `instant`. @returns how many */
  async purge(em: EntityManager, before: Date, limit: number): Promise<number> {
    const rows = await em.execute<object[]>(
      `delete from ${this.table} where message_id in
         (select message_id from ${this.table} where received_at < ? order by received_at limit ?) returning 1 as gone`,
      [before.toISOString(), limit],
    );
    return rows.length;
  }
}
