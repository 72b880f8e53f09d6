import { definePermission } from '#libs/permissions';

export const readUsers = definePermission('users:read', 'List users and read their profiles');
