import { defineEntity, p } from '@mikro-orm/postgresql';

/** A `receiving` transfer has no complete file yet, and isn't shown. `completed`, `failed` and `canceled` are final. */
const TRANSFER_STATES = ['receiving', 'waiting', 'active', 'completed', 'failed', 'canceled'] as const;

const schema = defineEntity({
  name: 'Transfer',
  tableName: 'transfers',
  schema: 'accounts',
  properties: {
    id: p.uuid().primary(),
    /** The type of the job: `import-users`. */
    type: p.text(),
    state: p.enum(TRANSFER_STATES),
    requestedBy: p.uuid(),
    /** How to read or write the file, and who asked for it. Sealed, because it may contain a key to password hashes. */
    optionsSealed: p.text(),
    bytesTotal: p.bigint('number').default(0),
    /** Where to go on. Of an import, the start of the first row that isn't done. */
    bytesDone: p.bigint('number').default(0),
    linesDone: p.integer().default(0),
    /** Rows that were imported or exported. */
    succeeded: p.integer().default(0),
    /** Rows of users who have an account already. */
    skipped: p.integer().default(0),
    /** Rows with errors. */
    failed: p.integer().default(0),
    /** How often a worker has begun or resumed it. */
    attempts: p.integer().default(0),
    /** The code of the problem why it failed. */
    error: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    finishedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** When this row is deleted, with the file and the errors. */
    expiresAt: p.datetime().columnType('timestamptz(3)').index('transfers_expires_at_index'),
  },
});

/** An import or an export of users: a job that a worker does, with a file that it reads or writes. */
export class Transfer extends schema.class {}
schema.setClass(Transfer);
