import { defineAuditEvent } from '#libs/audit';
import { userDeletionCanceledEvent, userDeletionRequestedEvent } from '#libs/contracts';

export const deletionRequested = defineAuditEvent(
  'user.deletion-requested',
  'The user, or an administrator, asked to delete the account.',
  { event: userDeletionRequestedEvent, data: () => ({}) },
);
export const deletionCanceled = defineAuditEvent(
  'user.deletion-canceled',
  'The user canceled the deletion of their account.',
  { event: userDeletionCanceledEvent, data: () => ({}) },
);
