export { NOTIFICATIONS_ENTITIES } from './notifications.entities.js';
