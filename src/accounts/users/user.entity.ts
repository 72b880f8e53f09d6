import { defineEntity, p } from '@mikro-orm/postgresql';

export const USER_STATUSES = ['active', 'suspended'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** The unique index that decides which of two registrations of one address was first. */
export const UNIQUE_EMAIL = 'users_email_index_unique';

const schema = defineEntity({
  name: 'User',
  tableName: 'users',
  schema: 'accounts',
  indexes: [
    {
      name: 'users_display_name_prefix_index',
      expression: `create index "users_display_name_prefix_index" on "accounts"."users" (lower(display_name) text_pattern_ops)`,
    },
    {
      name: 'users_admins_index',
      expression: `create index "users_admins_index" on "accounts"."users" (id) where roles @> '{admin}'`,
    },
    { name: 'users_status_index', properties: ['status', 'id'] },
  ],
  properties: {
    id: p.uuid().primary(),
    /** The address, sealed for this row: see `EmailCipher`. */
    emailSealed: p.text(),
    /** Finds the address by equality. */
    emailIndex: p.text().unique(UNIQUE_EMAIL),
    emailVerified: p.boolean(),
    displayName: p.text().nullable(),
    locale: p.text(),
    timezone: p.text(),
    avatarUrl: p.text().nullable(),
    roles: p.array(),
    status: p.enum(USER_STATUSES),
    metadata: p.json<Record<string, unknown>>(),
    /** When the address was last sent a mail that anyone who knows it can ask for. Never shown. */
    mailedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** Grows with every change that is shown; the ETag follows from it. */
    version: p.integer().version(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    updatedAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** A person with an account. */
export class User extends schema.class {}
schema.setClass(User);
