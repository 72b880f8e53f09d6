import { defineEntity, p } from '@mikro-orm/postgresql';

/** Which deliveries a digest consists of. */
export const DigestItem = defineEntity({
  name: 'DigestItem',
  tableName: 'digest_items',
  schema: 'notifications',
  properties: {
    deliveryId: p.uuid().primary(),
    /** The delivery that is sent for all of them. */
    digestId: p.uuid().index('digest_items_digest_index'),
    createdAt: p.datetime().columnType('timestamptz(3)').index('digest_items_created_at_index'),
  },
});
