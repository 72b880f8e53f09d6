import { defineEntity, p } from '@mikro-orm/postgresql';

/** What this service knows of a user, as the events of accounts told it. */
export const RecipientEntity = defineEntity({
  name: 'Recipient',
  tableName: 'recipients',
  schema: 'notifications',
  properties: {
    userId: p.uuid().primary(),
    /** Sealed for the context `recipient:<userId>:email`. */
    email: p.string().columnType('text'),
    emailVerified: p.boolean(),
    displayName: p.string().columnType('text').nullable(),
    locale: p.string().columnType('text'),
    timezone: p.string().columnType('text'),
    /** The version of the user that this is; an event with a lower one came late. */
    version: p.integer(),
    updatedAt: p.datetime().columnType('timestamptz'),
  },
});
