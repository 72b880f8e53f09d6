import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  schema: 'accounts',
  indexes: [{ name: 'api_keys_user_index', properties: ['user', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(false),
    keyHash: p.text().unique('api_keys_key_hash_unique'),
    name: p.text(),
    /** Names of permissions. They only count while the owner has them, too. */
    permissions: p.array(),
    /** As `requests/seconds`. Null if only the limits of its owner apply. */
    rateLimit: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    /** Null if it never expires. */
    expiresAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** To the minute. */
    lastUsedAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/** A key with which a server acts for its owner. */
export class ApiKey extends schema.class {}
schema.setClass(ApiKey);
