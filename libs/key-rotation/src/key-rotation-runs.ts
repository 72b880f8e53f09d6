import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock } from '#libs/clock';
import { loadedColumns, SealBrokenError, type SealedColumn } from '#libs/crypto';
import { Database } from '#libs/database';
import { JobError } from '#libs/jobs';
import { Outbox } from '#libs/messaging';
import { conflict } from '#libs/problem';
import { ColumnRows, type RenewedRow, type SealedRow } from './column-rows.js';
import { KEY_ROTATION, type KeyRotation } from './define-key-rotation.js';
import { KeyUsage } from './key-usage.js';
import { Renewal } from './renewal.js';
import { type Rotation, type RotationPosition, RotationRows } from './rotation-rows.js';

/** So few that nobody who changes one of them waits for long. */
const BATCH = 200;
/** Someone may write with another first key all the time, or keep a row locked. */
const MAX_PASSES = 20;
const PAUSE_MS = 1_000;
/** Sorts after the names of all columns. */
const PAST_THE_LAST = '~';

/** What was read at once. */
interface Batch {
  readonly columnRows: ColumnRows;
  readonly read: number;
  readonly renewed: readonly RenewedRow[];
}

/**
 * Seals and hashes all that a service has stored for long with the first keys, in the order of the primary keys, while the
 * service goes on. A batch and where the next one begins are stored in one transaction, so a run that dies is continued by
 * the next.
 *
 * Rows that someone is changing are left to the next pass, and so is what was written with an older key meanwhile.
 */
@Injectable()
export class KeyRotationRuns {
  private readonly logger: Logger;

  constructor(
    @Inject(KEY_ROTATION) private readonly keys: KeyRotation,
    private readonly database: Database,
    private readonly rows: RotationRows,
    private readonly renewal: Renewal,
    private readonly usage: KeyUsage,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {
    this.logger = new Logger(`KeyRotation(${keys.service.name})`);
  }

  /** @throws JobError if `signal` aborts before it's over, or this process writes with other keys: the next run goes on */
  async run(id: string, signal: AbortSignal): Promise<void> {
    let rotation = await this.database.run((em) => this.rows.find(em, id));
    this.requireOurs(rotation);
    if (rotation?.rowsTotal === 0) {
      await this.countTotal(rotation);
    }
    while (rotation && !rotation.finishedAt) {
      if (signal.aborted) {
        throw new JobError(`the rotation ${id} goes on in the next run`);
      }
      const { columnName } = rotation;
      const column = this.columns().find(({ name }) => name >= columnName);
      await (column ? this.batch(rotation, column) : this.endPass(rotation));
      rotation = await this.database.run((em) => this.rows.find(em, id));
    }
    await this.database.run((em) => this.outbox.settle(em, this.keys.task, id));
  }

  private async batch(rotation: Rotation, column: SealedColumn): Promise<void> {
    const { columnName, id } = rotation;
    const after = column.name === columnName ? rotation.after : null;
    const columnRows = new ColumnRows(column);
    const read = await this.database.run((em) => columnRows.read(em, after, BATCH));
    const last = read.at(-1);
    const next =
      last && read.length === BATCH
        ? { columnName: column.name, after: columnRows.keyOf(last) }
        : { columnName: this.nameAfter(column), after: null };
    const renewed = read.flatMap((row) => this.renew(column, row) ?? []);
    await this.database
      .transaction((em) => this.store(em, rotation, next, { columnRows, read: read.length, renewed }))
      .catch(async (error: unknown) => {
        if (!conflict.is(error)) {
          throw error;
        }
        const changed = await this.oneByOne(column, columnRows, renewed);
        const counts = { read: read.length, changed, missed: 0 };
        await this.database.run((em) => this.rows.advance(em, id, next, counts));
      });
  }

  private async store(
    em: EntityManager,
    { id, columnName, after }: Rotation,
    next: RotationPosition,
    { columnRows, read, renewed }: Batch,
  ): Promise<void> {
    const now = await this.rows.lock(em, id);
    // Another run has done this part, if there are two after all.
    if (!now || now.finishedAt || now.columnName !== columnName || String(now.after) !== String(after)) {
      return;
    }
    const changed = renewed.length > 0 ? await columnRows.replace(em, renewed) : 0;
    await this.rows.advance(em, id, next, { read, changed, missed: renewed.length - changed });
  }

  /** If two rows would get the same blind index, which only one can have. Says so, and renews the others. */
  private async oneByOne(
    column: SealedColumn,
    columnRows: ColumnRows,
    renewed: readonly RenewedRow[],
  ): Promise<number> {
    let changed = 0;
    for (const row of renewed) {
      try {
        changed += await this.database.transaction((em) => columnRows.replace(em, [row]));
      } catch (error) {
        if (!conflict.is(error)) {
          throw error;
        }
        this.logger.error(
          `${column.name} of ${columnRows.keyOf(row).join(', ')} stays under an old key: another row has the same value`,
        );
      }
    }
    return changed;
  }

  /** A row that can't be read doesn't keep the others from being renewed. */
  private renew(column: SealedColumn, row: SealedRow): RenewedRow | undefined {
    try {
      return this.renewal.renew(column, row);
    } catch (error) {
      if (!(error instanceof SealBrokenError)) {
        throw error;
      }
      const key = new ColumnRows(column).keyOf(row).join(', ');
      this.logger.error(`${column.name} of ${key} can't be read: ${error.message}`);
      return undefined;
    }
  }

  private async endPass(rotation: Rotation): Promise<void> {
    const { id, pass, changedInPass, missedInPass, rowsChanged } = rotation;
    const left = this.usage.leftIn(await this.usage.count(), rotation);
    const isHopeless = (changedInPass === 0 && missedInPass === 0) || pass >= MAX_PASSES;
    if (left > 0 && !isHopeless) {
      await delay(PAUSE_MS);
      await this.database.run((em) => this.rows.beginPass(em, id));
      return;
    }
    await this.database.run((em) => this.rows.finish(em, id, left, this.clock.now()));
    const result = `${rowsChanged} values are now under the first keys`;
    if (left > 0) {
      this.logger.error(`${result}, but ${left} are not: \`admin key-usage\` says which`);
    } else {
      this.logger.log(result);
    }
  }

  private async countTotal({ id }: Rotation): Promise<void> {
    const counted = this.usage.rotatedIn(await this.usage.count());
    const total = counted.reduce((sum, { rows }) => sum + rows, 0);
    await this.database.run((em) => this.rows.setTotal(em, id, total));
  }

  private requireOurs(rotation: Rotation | null): void {
    const { encryptionKey, blindIndexKey } = this.renewal.target;
    if (rotation && (rotation.encryptionKey !== encryptionKey || rotation.blindIndexKey !== blindIndexKey)) {
      throw new JobError(
        'this process has other first keys than the rotation: deploy the same lists everywhere',
      );
    }
  }

  private nameAfter({ name }: SealedColumn): string {
    return this.columns().find((column) => column.name > name)?.name ?? PAST_THE_LAST;
  }

  private columns(): SealedColumn[] {
    return loadedColumns().filter(
      (column): column is SealedColumn => column.kind === 'sealed' && column.schema === this.database.schema,
    );
  }
}
