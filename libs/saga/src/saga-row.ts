import { p } from '@mikro-orm/postgresql';

/** What every saga has. Its other columns are its feature's business. */
export interface SagaRow {
  readonly id: string;
  state: string;
  readonly version: number;
  wakeAt?: Date | null | undefined;
}

/**
 * The columns of a table whose rows are sagas. Spread them into the properties of its entity.
 */
export const sagaColumns = {
  id: p.uuid().primary(),
  state: p.text(),
  /** Increases with every step. Of two steps at once, only one is stored. */
  version: p.integer().version(),
  /** When the saga goes on by itself if nothing happens until then. Null once it's over. */
  wakeAt: p.datetime().columnType('timestamptz(3)').nullable(),
};
