import { defineAuditEvent } from '#libs/audit';

export const roleCreated = defineAuditEvent('role.created', 'A role was created.');
export const roleChanged = defineAuditEvent('role.changed', "A role's permissions were changed.");
export const roleDeleted = defineAuditEvent(
  'role.deleted',
  'A role was deleted and removed from everyone who had it.',
);
