import { defineEntity, p } from '@mikro-orm/postgresql';
import { ANY_KEY, defineExpiringColumn } from '#libs/crypto';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'RecoveryCode',
  tableName: 'recovery_codes',
  schema: 'accounts',
  properties: {
    user: () => p.manyToOne(User).primary().mapToPk().deleteRule('cascade').index(false),
    /** A keyed hash. The row goes when the code is used. */
    codeHash: p.text().primary(),
    /**
     * What the hash is of, sealed for `recovery-code:<user>`, so that it can be hashed again when there's a new key. Null for
     * codes of an earlier release.
     */
    sealed: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)').defaultRaw('now()'),
  },
});

/** One of the codes for users who have lost their other factors. */
export class RecoveryCode extends schema.class {}
schema.setClass(RecoveryCode);

defineExpiringColumn('accounts.recovery_codes.code_hash', {
  ring: 'ENCRYPTION_KEYS',
  expires: null,
  until: 'until their owner uses or replaces them: an earlier release has made them',
  keyId: `case when sealed is null then '${ANY_KEY}' end`,
});
