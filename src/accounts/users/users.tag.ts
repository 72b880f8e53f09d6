import { defineTag } from '#libs/api';

export const UsersTag = defineTag('users', 'Manage your profile and look up users');
