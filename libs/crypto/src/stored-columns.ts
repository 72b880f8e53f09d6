import { Declarations } from '#libs/lifecycle';

/** A list of keys, by the variable that it comes from. */
export type KeyRingName = 'ENCRYPTION_KEYS' | 'BLIND_INDEX_KEYS';

/** A row: its primary key, and what else the context of a value takes. */
export type RowIdentity = Readonly<Record<string, string>>;

/** A blind index of a sealed value, in another column of its row. */
export interface IndexedValue {
  /** What the index is of, as for `BlindIndex`. */
  readonly domain: string;
  /** What is indexed of the plain value. */
  readonly of: (plain: string) => string;
}

/** A keyed hash of a sealed value, in another column of its row. Written together with it, so under a key of the same ID. */
export interface HashedValue {
  /** As for `MacFactory`. */
  readonly purpose: string;
  readonly of: (plain: string) => string;
}

interface SealedColumnOptions {
  /** The primary key of the table, in its order. */
  readonly primaryKey: Readonly<Record<string, 'uuid' | 'text'>>;
  /** Further columns that the context needs. */
  readonly also?: readonly string[];
  /** What the value is sealed for. */
  readonly context: (row: RowIdentity) => string;
  /** By column. */
  readonly indexes?: Readonly<Record<string, IndexedValue>>;
  /** By column. */
  readonly hashes?: Readonly<Record<string, HashedValue>>;
}

/** Names a column with its table. */
interface ColumnName {
  /** `schema.table.column` */
  readonly name: string;
  readonly schema: string;
  /** With its schema. */
  readonly table: string;
  readonly column: string;
}

/** A column with values that stay for long, which are sealed again when there's a new key. */
export interface SealedColumn extends ColumnName, Required<SealedColumnOptions> {
  readonly kind: 'sealed';
}

interface ExpiringColumnOptions {
  /** Whose keys its values name: sealed values those of `ENCRYPTION_KEYS`, blind indexes the others. */
  readonly ring: KeyRingName;
  /** SQL for when a row is deleted. Null if its settings say so: then, `until` does. */
  readonly expires: string | null;
  /** In words, how long rows are kept. */
  readonly until: string;
  /**
   * SQL for the ID of the key, if the value doesn't name it in the usual way: null for values that have no key, `ANY_KEY` for
   * those of which nobody knows it.
   */
  readonly keyId?: string;
}

/** A column whose values go away by themselves, so they keep their key until then. */
export interface ExpiringColumn extends ColumnName, Required<ExpiringColumnOptions> {
  readonly kind: 'expiring';
}

interface KeyedValueOptions {
  readonly ring: KeyRingName;
  /** How long such a value is of use after it was made. */
  readonly lifetimeMs: number;
  /** What happens if the key goes earlier. */
  readonly otherwise: string;
  /** `schema.table.column`, if it's stored. */
  readonly columns?: readonly string[];
}

/** A value that doesn't name its key, or that someone else keeps. Nobody can count those. */
export interface KeyedValue extends Required<KeyedValueOptions> {
  readonly kind: 'keyed';
  /** In the plural, such as `cookies of trusted devices`. */
  readonly name: string;
}

/** Instead of the ID of a key. */
export const ANY_KEY = '*';

const MERGE = 'Declare it once, next to what writes it.';
const columns = new Declarations<SealedColumn | ExpiringColumn>('encrypted column', MERGE);
const values = new Declarations<KeyedValue>('keyed value', MERGE);

/** Declares a column that a rotation of keys seals again. Belongs next to what seals its values. */
export function defineSealedColumn(name: string, options: SealedColumnOptions): SealedColumn {
  return columns.declare(name, () => ({
    kind: 'sealed',
    also: [],
    indexes: {},
    hashes: {},
    ...options,
    ...namesIn(name),
  }));
}

/** Declares a column that needn't be sealed again, because its values are deleted soon. */
export function defineExpiringColumn(name: string, options: ExpiringColumnOptions): ExpiringColumn {
  return columns.declare(name, () => {
    const names = namesIn(name);
    return { kind: 'expiring', keyId: keyIdIn(names.column, options.ring), ...options, ...names };
  });
}

/** Declares values that are hashed or sealed with a key, but can't be found by it. */
export function defineKeyedValue(name: string, options: KeyedValueOptions): KeyedValue {
  return values.declare(name, () => ({ kind: 'keyed', columns: [], ...options, name }));
}

/** All columns whose declarations this process has loaded, in the order of their names. */
export function loadedColumns(): readonly (SealedColumn | ExpiringColumn)[] {
  return [...columns.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** All values whose declarations this process has loaded, those that last longest first. */
export function loadedKeyedValues(): readonly KeyedValue[] {
  return [...values.values()].sort((one, other) => other.lifetimeMs - one.lifetimeMs);
}

/** SQL for the ID of the key in a sealed value or a blind index. Doesn't read all of a long value. */
export function keyIdIn(column: string, ring: KeyRingName): string {
  return `split_part(left(${column}, 100), '.', ${ring === 'ENCRYPTION_KEYS' ? 2 : 1})`;
}

/** @throws Error if it isn't `schema.table.column` */
function namesIn(name: string): ColumnName {
  const [schema, table, column, ...rest] = name.split('.');
  if (!schema || !table || !column || rest.length > 0) {
    throw new Error(`"${name}" doesn't name a column: write schema.table.column.`);
  }
  return { name, schema, table: `${schema}.${table}`, column };
}
