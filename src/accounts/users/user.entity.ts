import { Check, Entity, Index, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { type Opt, types } from '@mikro-orm/postgresql';

export const USER_STATUSES = ['active', 'suspended'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** The unique index that decides which of two registrations of one address was first. */
export const UNIQUE_EMAIL = 'users_email_index_unique';

/** A person with an account. The address is ciphertext bound to this row; `emailIndex` finds it by equality. */
@Entity({ schema: 'accounts', tableName: 'users' })
@Check({ name: 'users_status_check', expression: `status in ('active', 'suspended')` })
@Index({
  name: 'users_display_name_prefix_index',
  expression: `create index "users_display_name_prefix_index" on "accounts"."users" (lower(display_name) text_pattern_ops)`,
})
@Index({
  name: 'users_admins_index',
  expression: `create index "users_admins_index" on "accounts"."users" (id) where roles @> '{admin}'`,
})
@Index({ name: 'users_status_index', properties: ['status', 'id'] })
export class User {
  @PrimaryKey({ type: types.uuid })
  id!: string;

  @Property({ type: types.text })
  emailSealed!: string;

  @Property({ type: types.text })
  @Unique({ name: UNIQUE_EMAIL })
  emailIndex!: string;

  @Property({ type: types.boolean })
  emailVerified!: boolean;

  @Property({ type: types.text, nullable: true })
  displayName!: string | null;

  @Property({ type: types.text })
  locale!: string;

  @Property({ type: types.text })
  timezone!: string;

  @Property({ type: types.text, nullable: true })
  avatarUrl!: string | null;

  @Property({ type: types.array })
  roles!: string[];

  @Property({ type: types.text })
  status!: UserStatus;

  @Property({ type: types.json })
  metadata!: Record<string, unknown>;

  /** When a mail was last sent that anybody may ask for who knows the address. Shown to nobody. */
  @Property({ type: types.datetime, columnType: 'timestamptz(3)', nullable: true })
  mailedAt!: Date | null;

  /** Grows with every change that is shown; the ETag and the order of `user.updated` events follow from it. */
  @Property({ type: types.integer, version: true })
  version!: number & Opt;

  @Property({ type: types.datetime, columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Property({ type: types.datetime, columnType: 'timestamptz(3)' })
  updatedAt!: Date;
}
