import type { EntityManager } from '@mikro-orm/postgresql';

/** The IDs of the keys that everything is to be under. */
export interface TargetKeys {
  readonly encryptionKey: string;
  readonly blindIndexKey: string;
}

/** Where a rotation is. */
export interface RotationPosition {
  /** A column, or what sorts before the next one. */
  readonly columnName: string;
  /** The primary key of the last row that is done. Null if none is. */
  readonly after: readonly string[] | null;
}

export interface Rotation extends TargetKeys, RotationPosition {
  readonly id: string;
  readonly pass: number;
  readonly rowsTotal: number;
  readonly rowsRead: number;
  readonly rowsChanged: number;
  readonly changedInPass: number;
  readonly missedInPass: number;
  readonly rowsLeft: number | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** What a batch has done. */
export interface BatchCounts {
  readonly read: number;
  readonly changed: number;
  readonly missed: number;
}

const COLUMNS = `id, encryption_key as "encryptionKey", blind_index_key as "blindIndexKey", column_name as "columnName", after,
  pass, rows_total::float8 as "rowsTotal", rows_read::float8 as "rowsRead", rows_changed::float8 as "rowsChanged",
  changed_in_pass::float8 as "changedInPass", missed_in_pass::float8 as "missedInPass", rows_left::float8 as "rowsLeft",
  extract(epoch from started_at)::float8 * 1000 as started, extract(epoch from finished_at)::float8 * 1000 as finished`;

/** The SQL of a schema's rotations. */
export class RotationRows {
  private readonly table: string;

  constructor(schema: string) {
    this.table = `"${schema}".key_rotations`;
  }

  /** @returns false if another one isn't finished */
  async insert(em: EntityManager, id: string, target: TargetKeys, startedAt: Date): Promise<boolean> {
    const rows = await em.execute<unknown[]>(
      `insert into ${this.table} (id, encryption_key, blind_index_key, started_at) values (?, ?, ?, ?)
       on conflict ((finished_at is null)) where finished_at is null do nothing returning 1 as begun`,
      [id, target.encryptionKey, target.blindIndexKey, startedAt.toISOString()],
    );
    return rows.length > 0;
  }

  /** Gives up a rotation to other keys: it can't end, because no process has them in front any more. */
  async deleteUnfinishedExcept(em: EntityManager, target: TargetKeys): Promise<void> {
    await em.execute(
      `delete from ${this.table} where finished_at is null and (encryption_key <> ? or blind_index_key <> ?)`,
      [target.encryptionKey, target.blindIndexKey],
      'run',
    );
  }

  find(em: EntityManager, id: string): Promise<Rotation | null> {
    return this.one(em, 'where id = ?', [id]);
  }

  /** Locks it until the transaction ends. */
  lock(em: EntityManager, id: string): Promise<Rotation | null> {
    return this.one(em, 'where id = ? for update', [id]);
  }

  latest(em: EntityManager): Promise<Rotation | null> {
    return this.one(em, 'order by id desc limit 1', []);
  }

  async setTotal(em: EntityManager, id: string, rows: number): Promise<void> {
    await em.execute(`update ${this.table} set rows_total = ? where id = ?`, [rows, id], 'run');
  }

  async advance(
    em: EntityManager,
    id: string,
    { columnName, after }: RotationPosition,
    { read, changed, missed }: BatchCounts,
  ): Promise<void> {
    await em.execute(
      `update ${this.table} set column_name = ?, after = ?::jsonb, rows_read = rows_read + ?,
         rows_changed = rows_changed + ?, changed_in_pass = changed_in_pass + ?, missed_in_pass = missed_in_pass + ?
        where id = ?`,
      [columnName, after && JSON.stringify(after), read, changed, changed, missed, id],
      'run',
    );
  }

  async beginPass(em: EntityManager, id: string): Promise<void> {
    await em.execute(
      `update ${this.table} set column_name = '', after = null, pass = pass + 1, rows_read = 0, changed_in_pass = 0,
         missed_in_pass = 0
        where id = ?`,
      [id],
      'run',
    );
  }

  async finish(em: EntityManager, id: string, rowsLeft: number, finishedAt: Date): Promise<void> {
    await em.execute(
      `update ${this.table} set finished_at = ?, rows_left = ?, after = null where id = ? and finished_at is null`,
      [finishedAt.toISOString(), rowsLeft, id],
      'run',
    );
  }

  /**
   * Since when no process writes with other keys, at the latest: the start of the last rotation to a key that has found
   * something to do, or else of the first one.
   * @returns null if there was none
   */
  async writtenSince(
    em: EntityManager,
    column: 'encryption_key' | 'blind_index_key',
    keyId: string,
  ): Promise<Date | null> {
    const [row] = await em.execute<{ ms: number | null }[]>(
      `select extract(epoch from coalesce(max(started_at) filter (where rows_changed > 0), min(started_at)))::float8
                * 1000 as ms
         from ${this.table} where ${column} = ?`,
      [keyId],
    );
    return typeof row?.ms === 'number' ? new Date(row.ms) : null;
  }

  private async one(em: EntityManager, where: string, values: unknown[]): Promise<Rotation | null> {
    const [row] = await em.execute<StoredRotation[]>(`select ${COLUMNS} from ${this.table} ${where}`, values);
    if (!row) {
      return null;
    }
    const { started, finished, ...rest } = row;
    return {
      ...rest,
      startedAt: new Date(started),
      finishedAt: finished === null ? null : new Date(finished),
    };
  }
}

interface StoredRotation extends Omit<Rotation, 'startedAt' | 'finishedAt'> {
  readonly started: number;
  readonly finished: number | null;
}
