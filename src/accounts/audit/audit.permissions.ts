import { definePermission } from '#libs/permissions';

export const readAudit = definePermission('audit:read', 'Read the audit log');
