import { defineAuditEvent } from '../audit/index.js';

export const deletionRequested = defineAuditEvent(
  'user.deletion-requested',
  'The user, or an administrator, asked to delete the account.',
);
export const deletionCanceled = defineAuditEvent(
  'user.deletion-canceled',
  'The user canceled the deletion of their account.',
);
