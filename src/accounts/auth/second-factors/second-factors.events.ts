import { defineAuditEvent } from '#libs/audit';

export const factorWasAdded = defineAuditEvent('second-factor.added', 'The user set up a second factor.');
export const factorWasRemoved = defineAuditEvent('second-factor.removed', 'A second factor was removed.');
export const codesWereReplaced = defineAuditEvent(
  'recovery-codes.replaced',
  'The user got new recovery codes.',
);
export const codeWasUsed = defineAuditEvent('recovery-code.used', 'The user signed in with a recovery code.');
