import { defineSchema } from '#libs/database';
import { Migration20261122000000 } from './20261122000000-foundation.js';
import { Migration20261128000000 } from './20261128000000-erased-users.js';

/**
 * The PostgreSQL schema that this service owns. No other service reads or writes it. Migrations are listed in the order
 * they are applied. A release never changes one that has been applied.
 */
export const notificationsSchema = defineSchema('notifications', [
  Migration20261122000000,
  Migration20261128000000,
]);
