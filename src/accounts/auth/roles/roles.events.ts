import { defineAuditEvent } from '../../audit/index.js';

export const roleCreated = defineAuditEvent('role.created', 'A role was created.');
export const roleChanged = defineAuditEvent('role.changed', 'A role got other permissions.');
export const roleDeleted = defineAuditEvent('role.deleted', 'A role was deleted, and taken from everyone.');
