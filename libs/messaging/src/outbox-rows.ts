import type { EntityManager } from '@mikro-orm/postgresql';
import { makeChange, type Statement } from '#libs/database';

/** One message for one consumer. */
export interface OutboxRow {
  readonly messageId: string;
  readonly consumer: string;
  readonly type: string;
  readonly subject: string;
  readonly occurredAt: Date;
  /** The data, sealed for the context `outbox:<messageId>`. Null for tasks, which only have an ID. */
  readonly sealed: string | null;
  /** The W3C `traceparent` of the span that wrote the row, if it was traced. */
  readonly traceparent: string | null;
  /** The request that caused the message, for the logs. */
  readonly requestId: string | null;
  /** When it is to be enqueued first. By default, at once. */
  readonly dueAt?: Date;
}

/** What identifies a row. */
export type OutboxKey = Pick<OutboxRow, 'messageId' | 'consumer'>;

export interface Backlog {
  readonly rows: number;
  readonly oldestAgeSeconds: number;
}

/** An unconfirmed message is enqueued again after this time, which doubles each time up to the cap. */
const REPEAT_AFTER_SECONDS = 10;
const REPEAT_CAP_SECONDS = 300;

/** The SQL of a schema's outbox. Due times use PostgreSQL's clock, so clock skew between hosts doesn't matter. */
export class OutboxRows {
  private readonly table: string;

  constructor(schema: string) {
    this.table = `"${schema}"."outbox"`;
  }

  async insert(em: EntityManager, rows: readonly OutboxRow[]): Promise<void> {
    const { sql, values } = this.insertion(rows);
    await em.execute(sql, values, 'run');
  }

  /** Makes a change, records it, and inserts rows. See `makeChange`. */
  insertWith(
    em: EntityManager,
    rows: readonly OutboxRow[],
    change: Statement,
    record: Statement,
  ): Promise<boolean> {
    return makeChange(em, change, record, this.insertion(rows, 'from changed'));
  }

  private insertion(rows: readonly OutboxRow[], from = ''): Statement {
    const row = `select ?::uuid, ?, ?, ?::uuid, ?::timestamptz, ?, ?, ?, coalesce(?::timestamptz, now()) ${from}`;
    return {
      sql:
        `insert into ${this.table}
         (message_id, consumer, type, subject, occurred_at, sealed, traceparent, request_id, next_at) ` +
        rows.map(() => row).join(' union all '),
      values: rows.flatMap((row) => [
        row.messageId,
        row.consumer,
        row.type,
        row.subject,
        row.occurredAt.toISOString(),
        row.sealed,
        row.traceparent,
        row.requestId,
        row.dueAt?.toISOString() ?? null,
      ]),
    };
  }

  /**
   * Takes due rows and postpones their due time in one short statement. No lock or transaction is held while the caller
   * talks to Redis, and rows that it then fails to enqueue become due again by themselves.
   *
   * The CTE runs once. As a subquery, PostgreSQL may join it in a nested loop and run it once a row, which takes other
   * rows each time and so ignores the limit.
   */
  async take(em: EntityManager, limit: number): Promise<OutboxRow[]> {
    const rows = await em.execute<TakenRow[]>(
      `with due as materialized (
         select message_id, consumer from ${this.table}
          where next_at <= now() order by next_at limit ? for update skip locked
       )
       update ${this.table} as o
          set attempts = o.attempts + 1,
              next_at = now() + least(? * power(2, least(o.attempts, 20)), ?) * interval '1 second'
         from due
        where o.message_id = due.message_id and o.consumer = due.consumer
    returning o.message_id, o.consumer, o.type, o.subject, o.sealed, o.traceparent, o.request_id,
              extract(epoch from o.occurred_at) * 1000 as occurred_at_ms`,
      [limit, REPEAT_AFTER_SECONDS, REPEAT_CAP_SECONDS],
    );
    return rows.map(toOutboxRow).sort((a, b) => (a.messageId < b.messageId ? -1 : 1));
  }

  /** Undoes a take whose rows couldn't be enqueued: they are due again in a second, and the attempt isn't counted. */
  async putBack(em: EntityManager, rows: readonly OutboxRow[]): Promise<void> {
    const { sql, values } = isAnyOf(rows);
    await em.execute(
      `update ${this.table} set attempts = greatest(attempts - 1, 0), next_at = now() + interval '1 second'
        where ${sql}`,
      values,
      'run',
    );
  }

  /** Makes a row due at a later time, as if it had been inserted for then. */
  async postpone(em: EntityManager, messageId: string, consumer: string, dueAt: Date): Promise<void> {
    await em.execute(
      `update ${this.table} set attempts = 0, next_at = ?, occurred_at = ? where message_id = ? and consumer = ?`,
      [dueAt.toISOString(), dueAt.toISOString(), messageId, consumer],
      'run',
    );
  }

  async remove(em: EntityManager, keys: readonly OutboxKey[]): Promise<void> {
    if (keys.length === 0) {
      return;
    }
    const { sql, values } = isAnyOf(keys);
    await em.execute(`delete from ${this.table} where ${sql}`, values, 'run');
  }

  /** Without what is only due later. @param except the consumers whose rows don't count */
  async backlog(em: EntityManager, except: readonly string[] = []): Promise<Backlog> {
    const [row] = await em.execute<{ rows: string; age: string | null }[]>(
      `select count(*) as rows, extract(epoch from now() - min(occurred_at)) as age from ${this.table}
        where consumer <> all(array(select jsonb_array_elements_text(?::jsonb)))
          and least(next_at, occurred_at) <= now()`,
      [JSON.stringify(except)],
    );
    return { rows: Number(row?.rows ?? 0), oldestAgeSeconds: Math.max(0, Number(row?.age ?? 0)) };
  }
}

function isAnyOf(keys: readonly OutboxKey[]): { sql: string; values: string[] } {
  return {
    sql: `(message_id, consumer) in (${keys.map(() => '(?::uuid, ?)').join(', ')})`,
    values: keys.flatMap(({ messageId, consumer }) => [messageId, consumer]),
  };
}

interface TakenRow {
  readonly message_id: string;
  readonly consumer: string;
  readonly type: string;
  readonly subject: string;
  readonly sealed: string | null;
  readonly traceparent: string | null;
  readonly request_id: string | null;
  readonly occurred_at_ms: string;
}

function toOutboxRow(row: TakenRow): OutboxRow {
  return {
    messageId: row.message_id,
    consumer: row.consumer,
    type: row.type,
    subject: row.subject,
    occurredAt: new Date(Number(row.occurred_at_ms)),
    sealed: row.sealed,
    traceparent: row.traceparent,
    requestId: row.request_id,
  };
}
