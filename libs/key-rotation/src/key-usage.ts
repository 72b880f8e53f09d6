import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { keyIdIn, type KeyRingName, loadedColumns } from '#libs/crypto';
import { Database } from '#libs/database';
import type { TargetKeys } from './rotation-rows.js';
import { type CountedColumn, type KeyUsageRow, UsageRows } from './usage-rows.js';

/** Counts what a service has stored under which key. */
@Injectable()
export class KeyUsage {
  constructor(
    private readonly database: Database,
    private readonly rows: UsageRows,
    private readonly clock: Clock,
  ) {}

  /** Counts everything, and stores it for the metrics. @returns what is under which key, without what isn't there */
  async count(): Promise<KeyUsageRow[]> {
    const counted: KeyUsageRow[] = [];
    for (const column of countedColumns(this.database.schema)) {
      counted.push(...(await this.database.run((em) => this.rows.count(em, column))));
    }
    await this.database.transaction((em) => this.rows.store(em, counted, this.clock.now()));
    return counted;
  }

  /** What was counted last. */
  stored(): Promise<{ readonly column: string; readonly keyId: string; readonly rows: number }[]> {
    return this.database.run((em) => this.rows.stored(em));
  }

  /** Of what was counted, the rows that a rotation goes through. */
  rotatedIn(counted: readonly KeyUsageRow[]): KeyUsageRow[] {
    const sealed = loadedColumns().filter(({ kind }) => kind === 'sealed');
    return counted.filter(({ column }) => sealed.some(({ name }) => name === column));
  }

  /** How many values that a rotation renews are under other keys. */
  leftIn(counted: readonly KeyUsageRow[], { encryptionKey, blindIndexKey }: TargetKeys): number {
    const renewed = new Map(
      countedColumns(this.database.schema)
        .filter(({ isRenewed }) => isRenewed)
        .map(({ name, ring }) => [name, ring === 'ENCRYPTION_KEYS' ? encryptionKey : blindIndexKey]),
    );
    return counted
      .filter(({ column, keyId }) => renewed.has(column) && renewed.get(column) !== keyId)
      .reduce((sum, { rows }) => sum + rows, 0);
  }
}

interface DeclaredColumn extends CountedColumn {
  /** Whether a rotation renews it. Others go by themselves. */
  readonly isRenewed: boolean;
  /** In words, how long its rows are kept, if it isn't renewed. */
  readonly until: string | null;
}

/** All columns whose values name their key, of one schema or of all. */
export function countedColumns(schema?: string): DeclaredColumn[] {
  return loadedColumns()
    .filter((column) => schema === undefined || column.schema === schema)
    .flatMap((column): DeclaredColumn[] => {
      if (column.kind === 'expiring') {
        const { name, table, ring, keyId, expires, until } = column;
        return [{ name, table, ring, keyId, expires, until, isRenewed: false }];
      }
      const of = (each: string, ring: KeyRingName): DeclaredColumn => ({
        name: `${column.table}.${each}`,
        table: column.table,
        ring,
        keyId: keyIdIn(each, ring),
        expires: null,
        until: null,
        isRenewed: true,
      });
      const indexes = Object.keys(column.indexes).map((each) => of(each, 'BLIND_INDEX_KEYS'));
      return [of(column.column, 'ENCRYPTION_KEYS'), ...indexes];
    });
}
