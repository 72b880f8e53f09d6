import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'PasskeyChallenge',
  tableName: 'passkey_challenges',
  schema: 'accounts',
  properties: {
    challengeHash: p.text().primary(),
    /** Who adds a passkey. Null for a sign-in: nobody knows yet who it will be. */
    user: () =>
      p.manyToOne(User).mapToPk().nullable().deleteRule('cascade').index('passkey_challenges_user_index'),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('passkey_challenges_expires_at_index'),
  },
});

/** What an authenticator has to sign, once. */
export class PasskeyChallenge extends schema.class {}
schema.setClass(PasskeyChallenge);
