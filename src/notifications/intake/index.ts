export { IntakeModule } from './intake.module.js';
export { type GivenContent, NotificationContents } from './notification-contents.js';
export { type InboxText, type NotificationContent, NotificationRelease } from './notification-release.js';
export { DATA_MAX_BYTES, TEMPLATE_MAX_LENGTH } from './notification-rules.js';
export { sendNotifications } from './notifications.permissions.js';
export { deleteScheduledFor } from './scheduled-notification.repository.js';
