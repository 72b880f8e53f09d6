import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'Notification',
  tableName: 'notifications',
  schema: 'notifications',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid().index('notifications_user_index'),
    template: p.text(),
    /** In the order of its channels. None as long as it's scheduled. */
    deliveryIds: p.array().columnType('uuid[]'),
    /** The user who sent it, or whose API key did. Null if a service did. */
    sentBy: p.uuid().nullable(),
    /** The broadcast that it's of, if it's of one. */
    broadcastId: p.uuid().nullable(),
    /** When it's sent, if whoever sent it has chosen a time. */
    sendAt: p.datetime().columnType('timestamptz(3)').nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)').index('notifications_created_at_index'),
  },
});

/** What was sent to a user through the API. Each channel has a delivery of it. */
export class Notification extends schema.class {}
schema.setClass(Notification);
