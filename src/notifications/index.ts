export { NOTIFICATIONS_ENTITIES } from './notifications.entities.js';
export { NotificationsJobsModule } from './notifications.jobs.module.js';
