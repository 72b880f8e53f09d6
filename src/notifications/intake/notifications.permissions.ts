import { definePermission } from '#libs/permissions';

export const sendNotifications = definePermission(
  'notifications:send',
  'Send notifications to users, and see what becomes of them',
);
