import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'PendingRegistration',
  tableName: 'pending_registrations',
  schema: 'accounts',
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index('pending_registrations_user_index'),
    passwordHash: p.text(),
    /** The hash of the cookie that the registering browser got. */
    browserHash: p.text(),
    displayName: p.text().nullable(),
    locale: p.text().nullable(),
    timezone: p.text().nullable(),
    /** Kept for the answer to a sign-in only: nobody can confirm it. */
    decoy: p.boolean(),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('pending_registrations_expires_at_index'),
  },
});

/**
 * One of the registrations of an address that nobody has verified yet. Anyone can register an address, so it belongs to
 * the registration whose password, or browser, comes with a link from the mailbox.
 */
export class PendingRegistration extends schema.class {}
schema.setClass(PendingRegistration);
