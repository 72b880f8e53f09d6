import { definePermission } from '#libs/permissions';

export const writeUsers = definePermission(
  'users:write',
  'Create, update, suspend and restore users, sign them out, and remove their second factors',
);
