import { defineSchema } from '#libs/database';
import { MIGRATIONS } from './migrations/index.js';

/** The PostgreSQL schema that this service owns; no other service reads or writes it. */
export const notificationsSchema = defineSchema('notifications', MIGRATIONS);
