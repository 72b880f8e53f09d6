import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'InboxNotification',
  tableName: 'inbox_notifications',
  schema: 'notifications',
  indexes: [
    {
      name: 'inbox_notifications_user_index',
      expression: `create index "inbox_notifications_user_index" on "notifications"."inbox_notifications" (user_id, id) where archived_at is null`,
    },
    {
      name: 'inbox_notifications_position_index',
      expression: `create index "inbox_notifications_position_index" on "notifications"."inbox_notifications" (user_id, position)`,
    },
    {
      name: 'inbox_notifications_archived_index',
      expression: `create index "inbox_notifications_archived_index" on "notifications"."inbox_notifications" (user_id, id) where archived_at is not null`,
    },
    {
      name: 'inbox_notifications_unread_index',
      expression: `create index "inbox_notifications_unread_index" on "notifications"."inbox_notifications" (user_id, id) where read_at is null and archived_at is null`,
    },
  ],
  properties: {
    /** The ID of its delivery. */
    id: p.uuid().primary(),
    /**
     * In which order notifications reached this inbox. Unlike IDs, which are made by several clocks, no position is
     * committed after a later one of the same user: whoever inserts holds the lock on the recipient.
     */
    position: p.bigint('number').autoincrement(),
    userId: p.uuid(),
    template: p.text(),
    /** Title, text and URL, sealed for `inbox:<id>`. */
    sealed: p.text(),
    readAt: p.datetime().columnType('timestamptz(3)').nullable(),
    archivedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)').index('inbox_notifications_created_at_index'),
  },
});

/** A notification in the app. */
export class InboxNotification extends schema.class {}
schema.setClass(InboxNotification);
