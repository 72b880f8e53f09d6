import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'Phone',
  tableName: 'phones',
  schema: 'notifications',
  properties: {
    userId: p.uuid().primary(),
    /** The verified number, sealed for `phone:<user>`. */
    sealed: p.text().nullable(),
    verifiedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** A number that is to replace it, and the code that was sent to it, sealed for `pending-phone:<user>`. */
    sealedPending: p.text().nullable(),
    /** When that code can no longer be used. */
    pendingExpiresAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** Wrong codes for it. */
    wrongCodes: p.integer().default(0),
    /** Codes sent since `codesSince`. */
    codesSent: p.integer().default(0),
    codesSince: p.datetime().columnType('timestamptz(3)'),
  },
});

/** The phone number of a user. */
export class Phone extends schema.class {}
schema.setClass(Phone);
