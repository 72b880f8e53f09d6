import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'Recipient',
  tableName: 'recipients',
  schema: 'notifications',
  indexes: [
    {
      name: 'recipients_outdated_index',
      expression: `create index "recipients_outdated_index" on "notifications"."recipients" (changed_at) where changed_at is not null`,
    },
  ],
  properties: {
    userId: p.uuid().primary(),
    /** Of the profile. 0 if accounts hasn't been asked about the user yet. */
    version: p.integer(),
    /** The `DirectoryUser`, sealed for `recipient:<user>`. */
    sealed: p.text().nullable(),
    /** The ID of the last message about a change that isn't in `sealed` yet. */
    changedBy: p.uuid().nullable(),
    /** When the first of these changes was noticed. */
    changedAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/** A copy of what accounts says about a user, for while it can't be asked. Only kept if it runs in another process. */
export class Recipient extends schema.class {}
schema.setClass(Recipient);
