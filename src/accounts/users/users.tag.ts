import { defineTag } from '#libs/api';

export const UsersTag = defineTag('users', 'Profiles, and the administration of users');
