import { defineAuditEvent } from '#libs/audit';

export const identityWasLinked = defineAuditEvent('identity.linked', 'The user can sign in with a provider.');
export const identityWasUnlinked = defineAuditEvent(
  'identity.unlinked',
  'The user can no longer sign in with a provider.',
);
