import { defineProblem } from '#libs/problem';

export const inboxNotificationNotFound = defineProblem('inbox-notification-not-found', {
  status: 404,
  title: 'Notification not found',
  about: 'Your inbox has no notification with this ID. Notifications are kept for a year.',
  fix: 'List your notifications again.',
});
