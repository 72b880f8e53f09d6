import { defineEntity, p } from '@mikro-orm/postgresql';
import { defineExpiringColumn } from '#libs/crypto';

/** How many codes were sent to a phone number within a day, whoever asked for them. */
export const PhoneCodeCount = defineEntity({
  name: 'PhoneCodeCount',
  tableName: 'phone_code_counts',
  schema: 'notifications',
  properties: {
    /** The blind index of the number. */
    numberIndex: p.text().primary(),
    /** Since `since`. */
    codes: p.integer(),
    since: p.datetime().columnType('timestamptz(3)').index('phone_code_counts_since_index'),
  },
});

defineExpiringColumn('notifications.phone_code_counts.number_index', {
  ring: 'BLIND_INDEX_KEYS',
  expires: `since + interval '1 day'`,
  until: 'a day',
});
