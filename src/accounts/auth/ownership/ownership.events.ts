import { defineAuditEvent } from '../../audit/index.js';

export const accountReclaimedByOwner = defineAuditEvent(
  'account.reclaimed',
  'The owner took the account back from someone else.',
);
