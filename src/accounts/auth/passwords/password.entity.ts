import { Entity, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { PrimaryKeyProp, types } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

/** The password of a user, if there is one. */
@Entity({ schema: 'accounts', tableName: 'passwords' })
export class Password {
  [PrimaryKeyProp]?: 'user';

  @ManyToOne({ entity: () => User, primary: true, mapToPk: true, deleteRule: 'cascade', index: false })
  user!: string;

  /** A PHC string: algorithm, parameters, salt and hash. */
  @Property({ type: types.text })
  hash!: string;

  @Property({ type: types.datetime, columnType: 'timestamptz(3)' })
  changedAt!: Date;
}
