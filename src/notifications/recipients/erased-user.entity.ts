import { defineEntity, p } from '@mikro-orm/postgresql';

/** A deleted user, whom nothing is sent to, even if a command that was sent before arrives late. */
export const ErasedUser = defineEntity({
  name: 'ErasedUser',
  tableName: 'erased_users',
  schema: 'notifications',
  properties: {
    userId: p.uuid().primary(),
    /** When no such command can arrive any more. */
    expiresAt: p.datetime().columnType('timestamptz(3)').index('erased_users_expires_at_index'),
  },
});
