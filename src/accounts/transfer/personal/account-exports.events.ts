import { defineAuditEvent } from '#libs/audit';

export const accountExportStarted = defineAuditEvent(
  'user.export-started',
  'The user asked for everything that is held about them.',
);
export const accountExported = defineAuditEvent(
  'user.exported',
  'The user downloaded everything that is held about them.',
);
