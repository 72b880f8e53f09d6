import { defineEntity, p } from '@mikro-orm/postgresql';
import { defineExpiringColumn } from '#libs/crypto';

const schema = defineEntity({
  name: 'FailedAttemptsRow',
  tableName: 'failed_attempts',
  schema: 'accounts',
  properties: {
    /** Whose attempts: the blind index of an address, with or without an account, or a device that is known to us. */
    subject: p.text().primary(),
    /** One UUIDv7 for each failed attempt, oldest first, and one for each that is being checked. */
    attempts: p.array().columnType('uuid[]'),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('failed_attempts_expires_at_index'),
  },
});

/** The wrong passwords and codes of the last hour. See `FailedAttempts`. */
export class FailedAttemptsRow extends schema.class {}
schema.setClass(FailedAttemptsRow);

defineExpiringColumn('accounts.failed_attempts.subject', {
  ring: 'BLIND_INDEX_KEYS',
  expires: 'expires_at',
  until: 'an hour',
  // After `address:` or `codes:`. Other subjects have no index.
  keyId: `case when subject ~ '^(address|codes):' then split_part(split_part(subject, ':', 2), '.', 1) end`,
});
