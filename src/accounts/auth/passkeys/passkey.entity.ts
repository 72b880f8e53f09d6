import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

const schema = defineEntity({
  name: 'Passkey',
  tableName: 'passkeys',
  schema: 'accounts',
  indexes: [{ name: 'passkeys_user_index', properties: ['user', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(false),
    /** What the authenticator calls it, in base64url. */
    credentialId: p.text().unique('passkeys_credential_id_unique'),
    /** A COSE key (RFC 9052, section 7) in base64url. */
    publicKey: p.text(),
    /** How often the authenticator has signed, if it counts (WebAuthn, section 6.1.1). */
    counter: p.bigint('number'),
    /** Whether it's kept by a provider, so that it survives the loss of the device. */
    backedUp: p.boolean(),
    /** How browsers reach the authenticator. */
    transports: p.array(),
    name: p.text(),
    /** Increases with every visible change. Used as the ETag. */
    version: p.integer().version(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    lastUsedAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/** A key pair of which an authenticator keeps the private half (WebAuthn Level 3). */
export class Passkey extends schema.class {}
schema.setClass(Passkey);
