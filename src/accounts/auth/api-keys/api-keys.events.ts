import { defineAuditEvent } from '#libs/audit';

export const apiKeyCreated = defineAuditEvent(
  'api-key.created',
  'The user created an API key. The target is its ID.',
);
export const apiKeyRevoked = defineAuditEvent(
  'api-key.revoked',
  'The user revoked an API key. The target is its ID.',
);
