import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'PasswordReset',
  tableName: 'password_resets',
  schema: 'accounts',
  indexes: [{ name: 'password_resets_user_index', properties: ['user', 'createdAt'] }],
  properties: {
    tokenHash: p.text().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(false),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('password_resets_expires_at_index'),
    /** When it set the password. Kept, so that a repeated request gets the same answer. */
    usedAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/** A link with which a user can set a new password. Only the hash of its token is stored. */
export class PasswordReset extends schema.class {}
schema.setClass(PasswordReset);
