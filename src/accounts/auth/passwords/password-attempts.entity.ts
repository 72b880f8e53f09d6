import { defineEntity, p } from '@mikro-orm/postgresql';

const schema = defineEntity({
  name: 'PasswordAttemptsRow',
  tableName: 'password_attempts',
  schema: 'accounts',
  properties: {
    /** Whose passwords: the blind index of an address, with or without an account, or a device that is known to us. */
    subject: p.text().primary(),
    /** One UUIDv7 for each wrong password, oldest first, and one for each that is being checked. */
    attempts: p.array().columnType('uuid[]'),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('password_attempts_expires_at_index'),
  },
});

/** The wrong passwords of the last hour. See `PasswordAttempts`. */
export class PasswordAttemptsRow extends schema.class {}
schema.setClass(PasswordAttemptsRow);
