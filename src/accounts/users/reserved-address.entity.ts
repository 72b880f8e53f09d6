import { defineEntity, p } from '@mikro-orm/postgresql';
import { defineExpiringColumn } from '#libs/crypto';
import { User } from './user.entity.js';

const schema = defineEntity({
  name: 'ReservedAddress',
  tableName: 'reserved_addresses',
  schema: 'accounts',
  properties: {
    /** The change that needs the address. */
    holder: p.uuid().primary(),
    /** The blind index of the address. */
    emailIndex: p.text().primary().index('reserved_addresses_email_index_index'),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index('reserved_addresses_user_index'),
    /** Whether even someone who proves that the address is theirs has to wait. */
    firm: p.boolean(),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('reserved_addresses_expires_at_index'),
  },
});

/** An address that belongs to no account, but that a user is about to get, or may get back. */
export class ReservedAddress extends schema.class {}
schema.setClass(ReservedAddress);

defineExpiringColumn('accounts.reserved_addresses.email_index', {
  ring: 'BLIND_INDEX_KEYS',
  expires: 'expires_at',
  until: 'three days at most, while a change can be undone',
});
