export { IntakeModule } from './intake.module.js';
export { type GivenContent, NotificationContents } from './notification-contents.js';
export { NotificationRelease } from './notification-release.js';
export { NotificationRenderer } from './notification-renderer.js';
export { DATA_MAX_BYTES, TEMPLATE_MAX_LENGTH } from './notification-rules.js';
export { sendNotifications } from './notifications.permissions.js';
export type { NotificationContent, Release } from './release.js';
export { deleteScheduledFor } from './scheduled-notification.repository.js';
