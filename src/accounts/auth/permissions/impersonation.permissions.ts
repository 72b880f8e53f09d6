import { definePermission } from '#libs/permissions';

export const impersonateUsers = definePermission(
  'users:impersonate',
  'Act as a user for 15 minutes, for a reason that the user can see',
);
