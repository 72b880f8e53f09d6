import { defineAuditEvent } from '#libs/audit';

export const accountReclaimedByOwner = defineAuditEvent(
  'account.reclaimed',
  'The owner took the account back from someone else.',
);
