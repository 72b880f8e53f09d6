import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'ScheduledNotification',
  tableName: 'scheduled_notifications',
  schema: 'notifications',
  properties: {
    /** Of the notification. */
    id: p.uuid().primary(),
    userId: p.uuid().index('scheduled_notifications_user_index'),
    /** The version that its data was checked against. It's kept until then, even if its template is deleted. */
    templateVersion: p.uuid().index('scheduled_notifications_version_index'),
    /** Its channels and data, sealed for `notification:<id>`. */
    sealed: p.text(),
    sendAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** What a notification says that is sent at a later time. Only until then. */
export class ScheduledNotification extends schema.class {}
schema.setClass(ScheduledNotification);
