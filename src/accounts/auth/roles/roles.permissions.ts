import { definePermission } from '#libs/permissions';

export const readRoles = definePermission('roles:read', 'List roles and permissions');
export const writeRoles = definePermission('roles:write', 'Change roles and who has them');
