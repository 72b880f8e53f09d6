import { defineEntity, p } from '@mikro-orm/postgresql';
import { defineSealedColumn, type RowIdentity } from '#libs/crypto';
import { sagaColumns } from '#libs/saga';
import { ADDRESS_INDEX, emailContext, User } from '../../users/index.js';

const schema = defineEntity({
  name: 'EmailChange',
  tableName: 'email_changes',
  schema: 'accounts',
  indexes: [
    { name: 'email_changes_user_index', properties: ['user', 'ordinal'] },
    {
      name: 'email_changes_wake_at_index',
      expression: `create index "email_changes_wake_at_index" on "accounts"."email_changes" (wake_at) where wake_at is not null`,
    },
  ],
  properties: {
    ...sagaColumns,
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(false),
    /** Counts the changes of the user. IDs don't tell which was earlier if the clocks of two replicas differ. */
    ordinal: p.integer(),
    /** Of the session that asked. If all sessions were ended since then, the link to the new address is void. */
    sessionEpoch: p.integer(),
    /** The address before the change, sealed as in the user's row. */
    fromSealed: p.text(),
    /** The address that the user wants, sealed like the other. */
    toSealed: p.text(),
    /** Its blind index. */
    toIndex: p.text(),
    /** Whether that has an account already. Nobody but its owner gets to know. */
    decoy: p.boolean(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    /** When it's deleted, long after it's over. */
    expiresAt: p.datetime().columnType('timestamptz(3)').index('email_changes_expires_at_index'),
  },
});

/** A change of a user's email address, from the request to the end of the time in which it can be undone. A saga. */
export class EmailChange extends schema.class {}
schema.setClass(EmailChange);

const SEALED_FOR_USER = {
  primaryKey: { id: 'uuid' },
  also: ['user_id'],
  context: ({ user_id = '' }: RowIdentity) => emailContext(user_id),
} as const;

defineSealedColumn('accounts.email_changes.from_sealed', SEALED_FOR_USER);
defineSealedColumn('accounts.email_changes.to_sealed', {
  ...SEALED_FOR_USER,
  indexes: { to_index: ADDRESS_INDEX },
});
