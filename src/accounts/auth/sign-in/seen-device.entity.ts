import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'SeenDevice',
  tableName: 'seen_devices',
  schema: 'accounts',
  properties: {
    user: () => p.manyToOne(User).primary().mapToPk().deleteRule('cascade').index(false),
    /** A keyed hash of what the device looks like. */
    fingerprint: p.text().primary(),
    expiresAt: p.datetime().columnType('timestamptz(3)').index('seen_devices_expires_at_index'),
  },
});

/** What a device looked like on which the user signed in. */
export class SeenDevice extends schema.class {}
schema.setClass(SeenDevice);
