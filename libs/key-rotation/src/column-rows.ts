import type { EntityManager } from '@mikro-orm/postgresql';
import type { RowIdentity, SealedColumn } from '#libs/crypto';

/** A row with a sealed value. */
export interface SealedRow {
  /** Its primary key, and what else the context takes. */
  readonly identity: RowIdentity;
  readonly sealed: string;
  /** The blind indexes and keyed hashes of the value, by column. */
  readonly derived: Readonly<Record<string, string | null>>;
}

/** What a row is to have instead. */
export interface RenewedRow extends SealedRow {
  /** What it still has to have. */
  readonly old: string;
}

/** The SQL for one declared column. */
export class ColumnRows {
  private readonly keys: readonly string[];
  private readonly derived: readonly string[];

  constructor(private readonly column: SealedColumn) {
    this.keys = Object.keys(column.primaryKey);
    this.derived = [...Object.keys(column.indexes), ...Object.keys(column.hashes)];
  }

  /** The primary key of a row, to go on after. */
  keyOf({ identity }: SealedRow): string[] {
    return this.keys.map((key) => identity[key] ?? '');
  }

  /** In the order of the primary key. @param after null to start with the first */
  async read(em: EntityManager, after: readonly string[] | null, limit: number): Promise<SealedRow[]> {
    const { table, column, primaryKey, also } = this.column;
    const key = this.keys.join(', ');
    const position = this.keys.map((each) => `?::${primaryKey[each]}`).join(', ');
    const named = [...new Set([...this.keys, ...also])];
    const rows = await em.execute<Record<string, string>[]>(
      `select ${named.map((each) => `${each}::text as "${each}"`).join(', ')}, ${column} as "~sealed"
              ${this.derived.map((each) => `, ${each} as "~${each}"`).join('')}
         from ${table} where ${column} is not null ${after ? `and (${key}) > (${position})` : ''}
        order by ${key} limit ?`,
      [...(after ?? []), limit],
    );
    return rows.map((row) => ({
      identity: Object.fromEntries(named.map((each) => [each, row[each] ?? ''])),
      sealed: row['~sealed'] ?? '',
      derived: Object.fromEntries(this.derived.map((each) => [each, row[`~${each}`] ?? null])),
    }));
  }

  /**
   * Replaces values that are still the same, in one statement. Doesn't wait for rows that someone else has locked, and
   * touches nothing else, so neither versions nor times of changes move.
   * @returns how many it has replaced
   */
  async replace(em: EntityManager, rows: readonly RenewedRow[]): Promise<number> {
    const { table, column, primaryKey } = this.column;
    const key = this.keys.join(', ');
    const isSame = (one: string, other: string): string =>
      this.keys.map((each) => `${one}.${each} = ${other}.${each}`).join(' and ');
    const types = this.keys.map((each) => `${each} ${primaryKey[each]}`).join(', ');
    const written = await em.execute<unknown[]>(
      `with renewed as materialized (
         select * from jsonb_to_recordset(?::jsonb) as r(${types}, "~old" text, "~sealed" text
           ${this.derived.map((each) => `, "~${each}" text`).join('')})
       ), free as materialized (
         select ${this.keys.map((each) => `t.${each}`).join(', ')} from ${table} t join renewed r on ${isSame('t', 'r')}
          where t.${column} = r."~old" order by ${this.keys.map((each) => `t.${each}`).join(', ')}
            for update of t skip locked
       )
       update ${table} t set ${column} = r."~sealed" ${this.derived.map((each) => `, ${each} = r."~${each}"`).join('')}
         from renewed r join free using (${key}) where ${isSame('t', 'r')}
       returning 1 as replaced`,
      [JSON.stringify(rows.map((row) => this.recordOf(row)))],
    );
    return written.length;
  }

  private recordOf(row: RenewedRow): Record<string, string | null> {
    return {
      ...Object.fromEntries(this.keys.map((each) => [each, row.identity[each] ?? ''])),
      '~old': row.old,
      '~sealed': row.sealed,
      ...Object.fromEntries(this.derived.map((each) => [`~${each}`, row.derived[each] ?? null])),
    };
  }
}
