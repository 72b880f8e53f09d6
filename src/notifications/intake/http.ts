/** For the controllers of other features. */
export { ChannelsField } from './channels.field.js';
export { NotificationsTag } from './notifications.tag.js';
