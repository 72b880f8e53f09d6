import { defineEntity, p } from '@mikro-orm/postgresql';
import { searchKey } from './search-key.js';

export const USER_STATUSES = ['active', 'suspended'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** The unique index. Decides which of two concurrent registrations of the same address wins. */
export const UNIQUE_EMAIL = 'users_email_index_unique';

function searchKeyOf({ displayName }: { readonly displayName?: string | null }): string | null {
  return typeof displayName === 'string' ? searchKey(displayName) : null;
}

const schema = defineEntity({
  name: 'User',
  tableName: 'users',
  schema: 'accounts',
  indexes: [
    {
      name: 'users_search_key_index',
      expression: `create index "users_search_key_index" on "accounts"."users" (search_key text_pattern_ops, id)`,
    },
    { name: 'users_email_domain_index', properties: ['emailDomainIndex', 'id'] },
    {
      name: 'users_without_email_domain_index',
      expression: `create index "users_without_email_domain_index" on "accounts"."users" (id) where email_domain_index is null`,
    },
    { name: 'users_status_index', properties: ['status', 'id'] },
  ],
  properties: {
    id: p.uuid().primary(),
    /** The email address, sealed for this row. See `EmailCipher`. */
    emailSealed: p.text(),
    /** The blind index to find the address by. */
    emailIndex: p.text().unique(UNIQUE_EMAIL),
    /**
     * The blind index to find the domain of the address by. Null in rows that a release without it has written, until
     * `index-email-domains` adds it.
     */
    emailDomainIndex: p.text().nullable(),
    emailVerified: p.boolean(),
    displayName: p.text().nullable(),
    /** What the display name is found by. Computed here, so that no change of the name can forget it. */
    searchKey: p.text().$type<string | null>().nullable().onCreate(searchKeyOf).onUpdate(searchKeyOf),
    locale: p.text(),
    timezone: p.text(),
    avatarUrl: p.text().nullable(),
    /** Also in `user_roles`, which triggers keep up to date. */
    roles: p.array(),
    status: p.enum(USER_STATUSES),
    /** What the user, or the product for them, stores. */
    metadata: p.json<Record<string, unknown>>(),
    /** What the product decides by, such as a plan. Only administrators change it. */
    appMetadata: p.json<Record<string, unknown>>().defaultRaw(`'{}'`),
    /** When we last sent a mail that anyone who knows the address can trigger. Never exposed. */
    mailedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** How often all sessions were ended. A proof from before that starts no session. Never exposed. */
    sessionEpoch: p.integer().default(0),
    /** The kinds of second factor that the user has. If there's one, a sign-in needs it. Never exposed. */
    secondFactors: p.array().default([]),
    /**
     * Since when we know their devices: their first sign-in, or when they said that one wasn't theirs. Null before the
     * first. Never exposed.
     */
    devicesKnownSince: p.datetime().columnType('timestamptz(3)').nullable(),
    /** Whether they get a mail about a sign-in on a new device. */
    signInNotifications: p.boolean().default(true),
    /**
     * What the details of audit events about the user are sealed with, sealed itself: see `AuditKeys`. Null in rows that
     * something else has inserted, until the next event. Never loaded with the user.
     */
    auditKeySealed: p.text().nullable().lazy(),
    /** Increases with every visible change. Used as the ETag. */
    version: p.integer().version(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    updatedAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** A person with an account. */
export class User extends schema.class {}
schema.setClass(User);
