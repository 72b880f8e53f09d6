import { defineEntity, p } from '@mikro-orm/postgresql';

/**
 * Why nothing is sent to an address: its mail server has refused it for good, its owner has reported an email as spam, or
 * an administrator has said so.
 */
export const SUPPRESSION_REASONS = ['bounce', 'complaint', 'manual'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

const schema = defineEntity({
  name: 'Suppression',
  tableName: 'suppressions',
  schema: 'notifications',
  properties: {
    id: p.uuid().primary(),
    /** The blind index of the address. */
    emailIndex: p.text().unique('suppressions_email_unique'),
    /** Sealed for `suppression:<id>`. */
    emailSealed: p.text(),
    /** Whose address it was, if that's known. */
    userId: p.uuid().nullable().index('suppressions_user_index'),
    reason: p.enum(SUPPRESSION_REASONS),
    /** The status code of a bounce, or what an administrator has noted. */
    detail: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    /** When it ends by itself. Null for never. */
    expiresAt: p.datetime().columnType('timestamptz(3)').nullable().index('suppressions_expires_at_index'),
  },
});

/** An address that no notifications are emailed to. */
export class Suppression extends schema.class {}
schema.setClass(Suppression);
