import { definePermission } from '#libs/permissions';

export const writeUsers = definePermission(
  'users:write',
  'Create, import, update, suspend, restore and delete users, sign them out, and remove their second factors',
);
