import { defineEntity, p } from '@mikro-orm/postgresql';
import { User } from '../../users/index.js';

/** The replacement of one refresh token by the next. */
export interface Rotation {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** SHA-256 of the new token. */
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
    /** Part of every refresh token's MAC, so that the server's key alone isn't enough to create one. */
    seed: p.text(),
    /** When the user last proved who they are. */
    authenticatedAt: p.datetime().columnType('timestamptz(3)'),
    /** How they proved it. See `AuthenticationMethod`. */
    methods: p.array(),
    /** When the current token replaced the previous one. */
    rotatedAt: p.datetime().columnType('timestamptz(3)'),
    /** The rotations within the race window, newest last. Older ones are dropped at the next rotation. */
    recentRotations: p.json<Rotation[]>().default('[]'),
    userAgent: p.text().nullable(),
    ipAddress: p.text().nullable(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    /**
     * Extended by each refresh. A device that doesn't refresh until then has to sign in again. Also set when the
     * session ends.
     */
    expiresAt: p.datetime().columnType('timestamptz(3)').index('sessions_expires_at_index'),
    /** When the session was signed out or its refresh token was reused. */
    endedAt: p.datetime().columnType('timestamptz(3)').nullable(),
  },
});

/** A signed-in device. Its refresh token is replaced at every use. `generation` counts the replacements. */
export class Session extends schema.class {}
schema.setClass(Session);
