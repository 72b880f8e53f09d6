import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'ExchangeCode',
  tableName: 'oauth_codes',
  schema: 'accounts',
  indexes: [{ name: 'oauth_codes_user_index', properties: ['user'] }],
  properties: {
    /** The ID of the attempt, so that its state makes one code only, however often it's sent. */
    attempt: p.uuid().primary(),
    codeHash: p.text().unique('oauth_codes_code_hash_unique'),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(false),
    /** That of the user when the provider signed them in, or when they asked to link the identity. */
    sessionEpoch: p.integer(),
    /** When the provider signed the user in. */
    provedAt: p.datetime().columnType('timestamptz(3)'),
    /** The SHA-256 of what the application keeps (RFC 7636). */
    codeChallenge: p.text(),
    /** The identity that the exchange links, sealed. */
    linkSealed: p.text().nullable(),
    validUntil: p.datetime().columnType('timestamptz(3)'),
    usedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** When the state expires, too. */
    expiresAt: p.datetime().columnType('timestamptz(3)').index('oauth_codes_expires_at_index'),
  },
});

/** What an application exchanges for a session. Only its hash is stored. */
export class ExchangeCode extends schema.class {}
schema.setClass(ExchangeCode);
