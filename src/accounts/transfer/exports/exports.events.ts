import { defineAuditEvent } from '#libs/audit';

export const exportStarted = defineAuditEvent(
  'users.export-started',
  'An administrator started an export of all users.',
);
export const exported = defineAuditEvent(
  'users.exported',
  'An administrator downloaded all users, with their password hashes.',
);
