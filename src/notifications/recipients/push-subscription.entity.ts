import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'PushSubscription',
  tableName: 'push_subscriptions',
  schema: 'notifications',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid().index('push_subscriptions_user_index'),
    /** Blind index of the endpoint. A browser has one user at a time. */
    endpointIndex: p.text().unique('push_subscriptions_endpoint_unique'),
    /** The endpoint and its keys, sealed for `push-subscription:<id>`. Whoever knows them can send to the browser. */
    sealed: p.text(),
    /** When the browser says that it ends. Push services say so, too, when something is sent. */
    expiresAt: p.datetime().columnType('timestamptz(3)').nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    /** When the browser last sent it. */
    updatedAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** A browser that shows push notifications to a user. */
export class PushSubscription extends schema.class {}
schema.setClass(PushSubscription);
