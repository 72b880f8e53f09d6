import { defineEntity, p } from '@mikro-orm/postgresql';
import { defineKeyedValue } from '#libs/crypto';
import { Transfer } from '../transfer.entity.js';

const schema = defineEntity({
  name: 'DryRunUser',
  tableName: 'dry_run_users',
  schema: 'accounts',
  properties: {
    transfer: () => p.manyToOne(Transfer).primary().mapToPk().deleteRule('cascade').index(false),
    /** A hash of the transfer's ID and the blind index of the address, or the user's ID. Tells nothing about anyone. */
    fingerprint: p.text().primary(),
  },
});

/** A user whom an import would have created if it wasn't a dry run, by the address or the ID. */
export class DryRunUser extends schema.class {}
schema.setClass(DryRunUser);

defineKeyedValue('users in dry runs of imports', {
  ring: 'BLIND_INDEX_KEYS',
  lifetimeMs: 24 * 60 * 60 * 1000,
  otherwise: 'a dry run that is going on may miss that an address is in the file twice',
  columns: ['accounts.dry_run_users.fingerprint'],
});
