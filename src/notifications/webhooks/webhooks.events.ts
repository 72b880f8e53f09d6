import { defineAuditEvent } from '#libs/audit';

export const webhookCreated = defineAuditEvent('webhook.created', 'An administrator created a webhook.');
export const webhookUpdated = defineAuditEvent('webhook.updated', 'An administrator changed a webhook.');
export const webhookDeleted = defineAuditEvent('webhook.deleted', 'An administrator deleted a webhook.');
export const webhookSecretRotated = defineAuditEvent(
  'webhook.secret-rotated',
  'An administrator replaced the secret of a webhook.',
);
export const webhookReplayed = defineAuditEvent(
  'webhook.delivery-replayed',
  'An administrator had an event delivered to a webhook again.',
);
