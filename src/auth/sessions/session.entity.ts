import { Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { types } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

/** A signed-in device. Its refresh token is replaced at each use; `generation` counts the replacements. */
@Entity({ schema: 'accounts', tableName: 'sessions' })
@Index({ name: 'sessions_user_index', properties: ['user', 'id'] })
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

  @Property({ type: types.text, nullable: true })
  userAgent!: string | null;

  @Property({ type: types.text, nullable: true })
  ipAddress!: string | null;

  @Property({ type: types.datetime, columnType: 'timestamptz(3)' })
  createdAt!: Date;

  /** Moves on with each refresh; a device that stays away for so long has to sign in again. */
  @Property({ type: types.datetime, columnType: 'timestamptz(3)' })
  @Index({ name: 'sessions_expires_at_index' })
  expiresAt!: Date;

  /** Kept for a while after the end, so that a stolen token is still recognised. */
  @Property({ type: types.datetime, columnType: 'timestamptz(3)', nullable: true })
  endedAt!: Date | null;
}
