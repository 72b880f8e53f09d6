import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'TotpFactor',
  tableName: 'totp_factors',
  schema: 'accounts',
  properties: {
    user: () => p.manyToOne(User).primary().mapToPk().deleteRule('cascade').index(false),
    /** The secret that the authenticator app shares with us, sealed for this row. */
    secretSealed: p.text(),
    /** The step of the last code that was used. No code of it, or of an earlier one, works again. */
    lastStep: p.integer().nullable(),
    /** When the user showed that the app has the secret. Until then, it's not a factor. */
    confirmedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** An authenticator app (RFC 6238). */
export class TotpFactor extends schema.class {}
schema.setClass(TotpFactor);
