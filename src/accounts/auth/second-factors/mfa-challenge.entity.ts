import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'MfaChallenge',
  tableName: 'mfa_challenges',
  schema: 'accounts',
  properties: {
    tokenHash: p.text().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index('mfa_challenges_user_index'),
    /** How they have proved who they are so far, as RFC 8176 values. */
    methods: p.array(),
    /** The user's session epoch at that time. */
    epoch: p.integer(),
    tries: p.integer(),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('mfa_challenges_expires_at_index'),
  },
});

/** A sign-in that still needs a second factor. Only the hash of its token is stored. */
export class MfaChallenge extends schema.class {}
schema.setClass(MfaChallenge);
