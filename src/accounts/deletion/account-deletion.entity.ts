import { defineEntity, p } from '@mikro-orm/postgresql';
import { sagaColumns } from '#libs/saga';

const schema = defineEntity({
  name: 'AccountDeletion',
  tableName: 'account_deletions',
  schema: 'accounts',
  indexes: [
    {
      name: 'account_deletions_pending_unique',
      expression: `create unique index "account_deletions_pending_unique" on "accounts"."account_deletions" (user_id) where state = 'requested'`,
    },
    {
      name: 'account_deletions_wake_at_index',
      expression: `create index "account_deletions_wake_at_index" on "accounts"."account_deletions" (wake_at) where wake_at is not null`,
    },
  ],
  properties: {
    ...sagaColumns,
    /** Whose account. No foreign key, because this outlives the account. */
    userId: p.uuid(),
    /** The user, or an administrator. */
    requestedBy: p.uuid(),
    /** Until then, the user can cancel. */
    deletesAt: p.datetime().columnType('timestamptz(3)'),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    /** When this row itself is deleted, long after the saga is over. */
    expiresAt: p.datetime().columnType('timestamptz(3)').index('account_deletions_expires_at_index'),
  },
});

/** The deletion of an account, from the request until nothing is left of it. A saga. */
export class AccountDeletion extends schema.class {}
schema.setClass(AccountDeletion);
