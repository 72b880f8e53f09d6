/** For the controllers of other features. */
export { NotificationsTag } from './notifications.tag.js';
