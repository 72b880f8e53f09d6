import { defineTag } from '#libs/api';

export const NotificationsTag = defineTag(
  'notifications',
  'Tell users something, and see what becomes of it',
);
