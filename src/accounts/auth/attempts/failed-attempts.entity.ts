import { defineEntity, p } from '@mikro-orm/postgresql';

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
