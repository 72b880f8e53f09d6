import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'EmailVerification',
  tableName: 'email_verifications',
  schema: 'accounts',
  properties: {
    tokenHash: p.text().primary(),
    /** Null once the owner of the address has disowned what the link was for. */
    user: () =>
      p.manyToOne(User).mapToPk().nullable().deleteRule('cascade').index('email_verifications_user_index'),
    /** The registration that the link was sent for. Null if the user asked for it later. */
    registrationId: p.uuid().nullable(),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('email_verifications_expires_at_index'),
  },
});

/** A link sent to verify an email address. Only the hash of its token is stored. */
export class EmailVerification extends schema.class {}
schema.setClass(EmailVerification);
