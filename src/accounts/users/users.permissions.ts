import { definePermission } from '#libs/api';

export const readUsers = definePermission('users:read', 'List users and read their profiles');
