import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'SignInNotice',
  tableName: 'sign_in_notices',
  schema: 'accounts',
  properties: {
    tokenHash: p.text().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index('sign_in_notices_user_index'),
    /** Not a reference: the session may be deleted earlier, and a repeated request gets the same answer. */
    sessionId: p.uuid(),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('sign_in_notices_expires_at_index'),
    /** When the user said that it wasn't them. */
    usedAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/** A mail about a sign-in, with a link that ends its session. Only the hash of its token is stored. */
export class SignInNotice extends schema.class {}
schema.setClass(SignInNotice);
