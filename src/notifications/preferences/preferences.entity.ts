import { defineEntity, p } from '@mikro-orm/postgresql';
import type { Choices } from './choices.js';

const schema = defineEntity({
  name: 'Preferences',
  tableName: 'preferences',
  schema: 'notifications',
  properties: {
    userId: p.uuid().primary(),
    choices: p.json<Choices>(),
    /** Increases with every change. Used as the ETag. */
    version: p.integer().version(),
    updatedAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** What a user wants to be notified of. Only of those who have said so. */
export class Preferences extends schema.class {}
schema.setClass(Preferences);
