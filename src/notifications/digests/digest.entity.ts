import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'Digest',
  tableName: 'digests',
  schema: 'notifications',
  indexes: [
    {
      name: 'digests_open_index',
      expression:
        'create unique index digests_open_index on notifications.digests (user_id, category) where is_open',
    },
  ],
  properties: {
    /** Of the delivery that is sent for all notifications in it. */
    id: p.uuid().primary(),
    userId: p.uuid().index('digests_user_index'),
    category: p.text(),
    /** Whether further notifications go into it. At most one of a user and a category is open. */
    isOpen: p.boolean(),
    dueAt: p.datetime().columnType('timestamptz(3)').index('digests_due_at_index'),
  },
});

/** An email that collects the notifications of a category for a user. */
export class DigestRow extends schema.class {}
schema.setClass(DigestRow);
