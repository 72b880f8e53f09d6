import { defineAuditEvent } from '#libs/audit';

export const passkeyWasAdded = defineAuditEvent(
  'passkey.added',
  'The user can sign in with another passkey.',
);
export const passkeyWasRemoved = defineAuditEvent(
  'passkey.removed',
  'A passkey no longer signs the user in.',
);
