import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'Identity',
  tableName: 'identities',
  schema: 'accounts',
  indexes: [{ name: 'identities_user_index', properties: ['user', 'id'] }],
  uniques: [{ name: 'identities_provider_subject_unique', properties: ['provider', 'subject'] }],
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(false),
    /** The name of the provider. It may no longer be configured. */
    provider: p.text(),
    /** The account's ID at the provider. */
    subject: p.text(),
    /** The address that the provider told us when it was linked, sealed for this row. Only for its owner to see. */
    emailSealed: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** An account at a provider with which a user signs in. */
export class Identity extends schema.class {}
schema.setClass(Identity);
