import { defineEntity, p } from '@mikro-orm/postgresql';
import { defineExpiringColumn } from '#libs/crypto';
import { User } from '../users/index.js';

/** A `receiving` transfer has no complete file yet, and isn't shown. `completed`, `failed` and `canceled` are final. */
export const TRANSFER_STATES = ['receiving', 'waiting', 'active', 'completed', 'failed', 'canceled'] as const;

const schema = defineEntity({
  name: 'Transfer',
  tableName: 'transfers',
  schema: 'accounts',
  indexes: [
    { name: 'transfers_requested_by_index', properties: ['requestedBy', 'id'] },
    {
      name: 'transfers_pending_user_unique',
      expression: `create unique index "transfers_pending_user_unique" on "accounts"."transfers" (user_id) where state in ('waiting', 'active')`,
    },
  ],
  properties: {
    id: p.uuid().primary(),
    /** The type of the job, such as `import-users`. */
    type: p.text(),
    state: p.enum(TRANSFER_STATES),
    requestedBy: p.uuid(),
    /** Whose data it is, if it's all of one user: then, it goes with their account. */
    user: () => p.manyToOne(User).mapToPk().nullable().deleteRule('cascade').index('transfers_user_index'),
    /** How to read or write the file, and who asked for it. Sealed, because it may contain a key to password hashes. */
    optionsSealed: p.text(),
    bytesTotal: p.bigint('number').defaultRaw('0'),
    /** Where an import goes on: the start of the first row that isn't done. Of an export, the size of its file so far. */
    bytesDone: p.bigint('number').defaultRaw('0'),
    linesDone: p.integer().default(0),
    /** How many rows an export will have, as counted when it began. */
    rowsTotal: p.integer().default(0),
    /** Where an export goes on: after this ID, with the chunk of this number. */
    lastId: p.uuid().nullable(),
    chunksDone: p.integer().default(0),
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

defineExpiringColumn('accounts.transfers.options_sealed', {
  ring: 'ENCRYPTION_KEYS',
  expires: 'expires_at',
  until: 'at most 30 days',
});
