import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { types } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

/** A link that was sent to prove an address. Only the hash of its token is kept. */
@Entity({ schema: 'accounts', tableName: 'email_verifications' })
export class EmailVerification {
  @PrimaryKey({ type: types.text })
  tokenHash!: string;

  @ManyToOne({
    entity: () => User,
    mapToPk: true,
    deleteRule: 'cascade',
    index: 'email_verifications_user_index',
  })
  user!: string;

  @Property({ type: types.datetime, columnType: 'timestamptz(3)' })
  @Index({ name: 'email_verifications_expires_at_index' })
  expiresAt!: Date;
}
