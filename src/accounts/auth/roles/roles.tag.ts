import { defineTag } from '#libs/api';

export const RolesTag = defineTag('roles', 'Decide what users may do');
