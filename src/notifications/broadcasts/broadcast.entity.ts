import { defineEntity, p } from '@mikro-orm/postgresql';

/**
 * `completed` means that everyone is notified, as far as it's up to the broadcast: their emails may still have to be sent.
 * Until they are, it can be paused or canceled. `canceled` is final.
 */
export const BROADCAST_STATES = ['waiting', 'active', 'paused', 'completed', 'canceled'] as const;

const schema = defineEntity({
  name: 'Broadcast',
  tableName: 'broadcasts',
  schema: 'notifications',
  properties: {
    id: p.uuid().primary(),
    state: p.enum(BROADCAST_STATES),
    /** The user who started it, or whose API key did. */
    startedBy: p.uuid(),
    template: p.text(),
    /** The version that its data was checked against. It's kept until the broadcast is over. */
    templateVersion: p.uuid().index('broadcasts_version_index'),
    /** Its audience, channels and data, sealed for `broadcast:<id>`. */
    sealed: p.text(),
    /** When it begins, if that isn't at once. */
    sendAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** Where it goes on: after this user. */
    lastUserId: p.uuid().nullable(),
    /** How many users it's for, as counted when it began. */
    usersTotal: p.integer().nullable(),
    usersDone: p.integer().default(0),
    /** Users whom the template can't be rendered for. */
    notRendered: p.integer().default(0),
    /** How often a process has begun or resumed it. */
    attempts: p.integer().default(0),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    /** When everyone was notified, or when it was canceled. */
    finishedAt: p.datetime().columnType('timestamptz(3)').nullable(),
    /** Until when it can be looked up. */
    expiresAt: p.datetime().columnType('timestamptz(3)').nullable().index('broadcasts_expires_at_index'),
  },
});

/** A notification for many users. */
export class Broadcast extends schema.class {}
schema.setClass(Broadcast);
