import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { types } from '@mikro-orm/postgresql';

/** One use of an `Idempotency-Key`. Holds neither the key nor the body, only keyed hashes of them. */
@Entity({ schema: 'accounts', tableName: 'idempotency_keys' })
export class IdempotencyKeyEntity {
  /** Keyed hash of caller, route and key. */
  @PrimaryKey({ type: types.text })
  id!: string;

  /** Keyed hash of the body. */
  @Property({ type: types.text })
  fingerprint!: string;

  /** The answer, sealed; null while the first request still runs. */
  @Property({ type: types.text, nullable: true })
  answer!: string | null;

  /** Until when the first request is believed to be alive. */
  @Property({ type: types.datetime, columnType: 'timestamptz' })
  lockedUntil!: Date;

  @Property({ type: types.datetime, columnType: 'timestamptz' })
  @Index({ name: 'idempotency_keys_expires_at_index' })
  expiresAt!: Date;
}
