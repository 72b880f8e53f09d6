import { defineAuditEvent } from '#libs/audit';

export const suppressionAdded = defineAuditEvent(
  'suppression.added',
  'An administrator put an email address on the suppression list.',
);
export const suppressionRemoved = defineAuditEvent(
  'suppression.removed',
  'An administrator took an email address off the suppression list.',
);
