import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'AccountChange',
  tableName: 'account_changes',
  schema: 'accounts',
  properties: {
    tokenHash: p.text().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index('account_changes_user_index'),
    /** When it was made: nothing that it added is older. */
    madeAt: p.datetime().columnType('timestamptz(3)'),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('account_changes_expires_at_index'),
    /** When it was undone, by this link or with an earlier change. */
    undoneAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/**
 * A change of how a user signs in that they were told of in a mail, with a link that undoes it. Only the hash of its token
 * is stored. What it added isn't: whatever is as old as the change, or newer, goes with it.
 */
export class AccountChange extends schema.class {}
schema.setClass(AccountChange);
