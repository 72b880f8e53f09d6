import { Injectable } from '@nestjs/common';
import { BlindIndex, KeyRings, MacFactory, type SealedColumn, Sealer } from '#libs/crypto';
import type { RenewedRow, SealedRow } from './column-rows.js';
import type { TargetKeys } from './rotation-rows.js';

/** Seals and hashes values again, with the first keys. */
@Injectable()
export class Renewal {
  constructor(
    private readonly rings: KeyRings,
    private readonly sealer: Sealer,
    private readonly index: BlindIndex,
    private readonly macs: MacFactory,
  ) {}

  /** The keys that this process writes with. */
  get target(): TargetKeys {
    return {
      encryptionKey: this.rings.encryption.primary.id,
      blindIndexKey: this.rings.blindIndex.primary.id,
    };
  }

  /**
   * @returns undefined if all of the row is under the first keys already
   * @throws SealBrokenError if it can't be read
   */
  renew(column: SealedColumn, row: SealedRow): RenewedRow | undefined {
    const { encryptionKey, blindIndexKey } = this.target;
    const isSealed = row.sealed.startsWith(`v1.${encryptionKey}.`);
    const isIndexed = Object.keys(column.indexes).every((each) =>
      row.derived[each]?.startsWith(`${blindIndexKey}.`),
    );
    if (isSealed && isIndexed) {
      return undefined;
    }
    const context = column.context(row.identity);
    // As bytes: not every sealed value is text.
    const plain = this.sealer.openBytes(row.sealed, context);
    const text = plain.toString('utf8');
    return {
      ...row,
      old: row.sealed,
      sealed: isSealed ? row.sealed : this.sealer.seal(plain, context),
      derived: {
        ...row.derived,
        ...mapValues(column.indexes, ({ domain, of }) => this.index.compute(of(text), domain)),
        ...mapValues(column.hashes, ({ purpose, of }) => this.macs.for(purpose).sign(of(text))),
      },
    };
  }
}

function mapValues<V>(
  values: Readonly<Record<string, V>>,
  map: (value: V) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
