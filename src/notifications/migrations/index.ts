import { defineSchema } from '#libs/database';
import { Migration20261122000000 } from './20261122000000-foundation.js';
import { Migration20261128000000 } from './20261128000000-erased-users.js';
import { Migration20261130000000 } from './20261130000000-webhooks.js';
import { Migration20261201000000 } from './20261201000000-templates.js';
import { Migration20261202000000 } from './20261202000000-notifications.js';
import { Migration20261203000000 } from './20261203000000-preferences.js';
import { Migration20261204000000 } from './20261204000000-schedules.js';
import { Migration20261205000000 } from './20261205000000-webhook-ordering.js';
import { Migration20261206000000 } from './20261206000000-phones.js';
import { Migration20261207000000 } from './20261207000000-push-subscriptions.js';
import { Migration20261208000000 } from './20261208000000-suppressions.js';
import { Migration20261209000000 } from './20261209000000-recipients.js';
import { Migration20261210000000 } from './20261210000000-rate-slots.js';
import { Migration20261212000001 } from './20261212000001-key-rotations.js';

/**
 * The PostgreSQL schema that this service owns. No other service reads or writes it. Migrations are listed in the order
 * they are applied. A release never changes one that has been applied.
 */
export const notificationsSchema = defineSchema('notifications', [
  Migration20261122000000,
  Migration20261128000000,
  Migration20261130000000,
  Migration20261201000000,
  Migration20261202000000,
  Migration20261203000000,
  Migration20261204000000,
  Migration20261205000000,
  Migration20261206000000,
  Migration20261207000000,
  Migration20261208000000,
  Migration20261209000000,
  Migration20261210000000,
  Migration20261212000001,
]);
