import { definePermission } from '#libs/permissions';

export const exportAllUsers = definePermission(
  'users:export',
  'Export all users, with their addresses and password hashes',
);
