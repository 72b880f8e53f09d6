import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'RecoveryCode',
  tableName: 'recovery_codes',
  schema: 'accounts',
  properties: {
    user: () => p.manyToOne(User).primary().mapToPk().deleteRule('cascade').index(false),
    /** A keyed hash. The row goes when the code is used. */
    codeHash: p.text().primary(),
    createdAt: p.datetime().columnType('timestamptz(3)').defaultRaw('now()'),
  },
});

/** One of the codes for users who have lost their other factors. */
export class RecoveryCode extends schema.class {}
schema.setClass(RecoveryCode);
