import { defineAuditEvent } from '#libs/audit';

export const templateCreated = defineAuditEvent(
  'template.created',
  'An administrator created a notification template.',
);
export const templateUpdated = defineAuditEvent(
  'template.updated',
  "An administrator changed a notification template's draft.",
);
export const templatePublished = defineAuditEvent(
  'template.published',
  'An administrator published a notification template.',
);
export const templateDeleted = defineAuditEvent(
  'template.deleted',
  'An administrator deleted a notification template, or restored a built-in one.',
);
