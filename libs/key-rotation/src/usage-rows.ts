import type { EntityManager } from '@mikro-orm/postgresql';
import type { KeyRingName } from '#libs/crypto';

/** A column to count, with the SQL that says under which key a value is. */
export interface CountedColumn {
  readonly name: string;
  readonly table: string;
  readonly ring: KeyRingName;
  readonly keyId: string;
  /** SQL for when a row is deleted, or null. */
  readonly expires: string | null;
}

/** How many rows of a column are under a key. */
export interface KeyUsageRow {
  /** `schema.table.column` */
  readonly column: string;
  readonly keyId: string;
  readonly rows: number;
  readonly lastExpiresAt: Date | null;
}

/** About 160 MB, so that no statement takes long, however large the table is. */
const BLOCKS = 20_000;

/** The SQL for counting what is under which key, and for what was counted. */
export class UsageRows {
  private readonly table: string;

  constructor(schema: string) {
    this.table = `"${schema}".key_usage`;
  }

  /** Reads the whole table, a part at a time. */
  async count(em: EntityManager, { name, table, keyId, expires }: CountedColumn): Promise<KeyUsageRow[]> {
    const [size] = await em.execute<{ blocks: number }[]>(
      `select max(pg_relation_size(coalesce(p.relid, ?::regclass)) / current_setting('block_size')::int)::int as blocks
         from (values (1)) one left join pg_partition_tree(?::regclass) p on p.isleaf`,
      [table, table],
    );
    const found = new Map<string, KeyUsageRow>();
    for (let from = 0; from <= (size?.blocks ?? 0); from += BLOCKS) {
      const rows = await em.execute<{ id: string; rows: number; last: number | null }[]>(
        `select ${keyId} as id, count(*)::int as rows, extract(epoch from max((${expires ?? 'null'})::timestamptz))::float8 as last
           from ${table} where ctid >= ?::tid and ctid < ?::tid and ${keyId} is not null group by 1`,
        [`(${from},0)`, `(${from + BLOCKS},0)`],
      );
      for (const { id, rows: count, last } of rows) {
        const sum = found.get(id);
        const times = [sum?.lastExpiresAt?.getTime() ?? 0, (last ?? 0) * 1000];
        found.set(id, {
          column: name,
          keyId: id,
          rows: (sum?.rows ?? 0) + count,
          lastExpiresAt: Math.max(...times) > 0 ? new Date(Math.max(...times)) : null,
        });
      }
    }
    return [...found.values()];
  }

  /** Replaces what was counted before. */
  async store(em: EntityManager, rows: readonly KeyUsageRow[], countedAt: Date): Promise<void> {
    await em.execute(`delete from ${this.table}`, [], 'run');
    await em.execute(
      `insert into ${this.table} (column_name, key_id, rows, last_expires_at, counted_at)
       select "column", "keyId", rows, "lastExpiresAt", ?::timestamptz
         from jsonb_to_recordset(?::jsonb) as r("column" text, "keyId" text, rows bigint, "lastExpiresAt" timestamptz)
       on conflict (column_name, key_id) do update
         set rows = excluded.rows, last_expires_at = excluded.last_expires_at, counted_at = excluded.counted_at`,
      [countedAt.toISOString(), JSON.stringify(rows)],
      'run',
    );
  }

  /** As it was counted last. */
  stored(
    em: EntityManager,
  ): Promise<{ readonly column: string; readonly keyId: string; readonly rows: number }[]> {
    return em.execute(
      `select column_name as "column", key_id as "keyId", rows::float8 as rows from ${this.table} order by 1, 2`,
    );
  }
}
