import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'RecipientRebuild',
  tableName: 'recipient_rebuilds',
  schema: 'notifications',
  indexes: [
    {
      name: 'recipient_rebuilds_unfinished_unique',
      expression: `create unique index "recipient_rebuilds_unfinished_unique" on "notifications"."recipient_rebuilds" ((finished_at is null)) where finished_at is null`,
    },
  ],
  properties: {
    id: p.uuid().primary(),
    /** Where it goes on: after this user. */
    lastUserId: p.uuid().nullable(),
    /** How many users it has read. */
    usersDone: p.integer().default(0),
    startedAt: p.datetime().columnType('timestamptz(3)'),
    finishedAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/** A comparison of the copy of all users with accounts. One at a time. */
export class RecipientRebuild extends schema.class {}
schema.setClass(RecipientRebuild);
