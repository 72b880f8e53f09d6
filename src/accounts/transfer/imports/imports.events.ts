import { defineAuditEvent } from '#libs/audit';

export const importStarted = defineAuditEvent(
  'users.import-started',
  'An administrator sent a file of users.',
);
export const imported = defineAuditEvent('users.imported', 'An import created its users.');
