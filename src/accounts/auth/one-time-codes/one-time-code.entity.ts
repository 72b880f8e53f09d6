import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'OneTimeCode',
  tableName: 'one_time_codes',
  schema: 'accounts',
  properties: {
    user: () => p.oneToOne(User).mapToPk().primary().deleteRule('cascade'),
    /** A keyed hash: a plain one of six digits would tell the code. */
    codeHash: p.text(),
    tokenHash: p.text().unique('one_time_codes_token_hash_unique'),
    /** Of the secret that the browser got that asked for the code. */
    browserHash: p.text(),
    /** How often a code was tried from other browsers. */
    tries: p.integer(),
    /** How often from the one that asked. Counted apart, so that others can't use up its tries. */
    ownTries: p.integer(),
    /** How often from devices on which the user has signed in before. */
    knownTries: p.integer(),
    userAgent: p.text().nullable(),
    ipAddress: p.text(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('one_time_codes_expires_at_index'),
  },
});

/** The code and the link of one mail, with either of which a user can sign in once. */
export class OneTimeCode extends schema.class {}
schema.setClass(OneTimeCode);
