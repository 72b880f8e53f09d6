import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { type Opt, types } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

/** One token's replacement by the next. */
export interface Rotation {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** SHA-256 of the token that came of it. */
  readonly tokenHash: string;
}

/** A signed-in device. Its refresh token is replaced at each use; `generation` counts the replacements. */
@Entity({ schema: 'accounts', tableName: 'sessions' })
@Index({ name: 'sessions_user_index', properties: ['user', 'id'] })
@Index({
  name: 'sessions_live_index',
  expression: `create index "sessions_live_index" on "accounts"."sessions" (user_id, id) where ended_at is null`,
})
export class Session {
  @PrimaryKey({ type: types.uuid })
  id!: string;

  @ManyToOne({ entity: () => User, mapToPk: true, deleteRule: 'cascade', index: false })
  user!: string;

  @Property({ type: types.integer })
  generation!: number;

  /** SHA-256 of the current refresh token. */
  @Property({ type: types.text })
  tokenHash!: string;

  /** Goes into every refresh token of the session, so that the server's key alone makes none. */
  @Property({ type: types.text })
  seed!: string;

  /** When the current token replaced the one before. */
  @Property({ type: types.datetime, columnType: 'timestamptz(3)' })
  rotatedAt!: Date;

  /** The rotations of the race window, the latest last; what is older is dropped at the next one. */
  @Property({ type: types.json, default: '[]' })
  recentRotations!: Rotation[] & Opt;

  @Property({ type: types.text, nullable: true })
  userAgent!: string | null;

  @Property({ type: types.text, nullable: true })
  ipAddress!: string | null;

  @Property({ type: types.datetime, columnType: 'timestamptz(3)' })
  createdAt!: Date;

  /** Moves on with each refresh; a device that stays away for so long has to sign in again. The end is one, too. */
  @Property({ type: types.datetime, columnType: 'timestamptz(3)' })
  @Index({ name: 'sessions_expires_at_index' })
  expiresAt!: Date;

  /** When it was signed out, or its refresh token came again. */
  @Property({ type: types.datetime, columnType: 'timestamptz(3)', nullable: true })
  endedAt!: Date | null;
}
