import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

/** One token's replacement by the next. */
export interface Rotation {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** SHA-256 of the token that came out of it. */
  readonly tokenHash: string;
}

const schema = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  schema: 'accounts',
  indexes: [
    { name: 'sessions_user_index', properties: ['user', 'id'] },
    {
      name: 'sessions_live_index',
      expression: `create index "sessions_live_index" on "accounts"."sessions" (user_id, id) where ended_at is null`,
    },
  ],
  properties: {
    id: p.uuid().primary(),
    user: () => p.manyToOne(User).mapToPk().deleteRule('cascade').index(false),
    generation: p.integer(),
    /** SHA-256 of the current refresh token. */
    tokenHash: p.text(),
    /** Goes into every refresh token of the session, so that the server's key alone makes none. */
    seed: p.text(),
    /** When the user last proved who they are. */
    authenticatedAt: p.datetime().columnType('timestamptz(3)'),
    /** How they did: see `AuthenticationMethod`. */
    methods: p.array(),
    /** When the current token replaced the one before. */
    rotatedAt: p.datetime().columnType('timestamptz(3)'),
    /** The rotations within the race window, the latest last; older ones are dropped at the next one. */
    recentRotations: p.json<Rotation[]>().default('[]'),
    userAgent: p.text().nullable(),
    ipAddress: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    /** Moves on with each refresh; a device that stays away for longer has to sign in again. The end counts, too. */
    expiresAt: p.datetime().columnType('timestamptz(3)').index('sessions_expires_at_index'),
    /** When it was signed out, or its refresh token was reused. */
    endedAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/** A signed-in device. Its refresh token is replaced at each use; `generation` counts the replacements. */
export class Session extends schema.class {}
schema.setClass(Session);
