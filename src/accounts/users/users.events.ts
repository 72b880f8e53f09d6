import { type AuditChanges, defineAuditEvent } from '#libs/audit';
import {
  userDeletedEvent,
  userEmailVerifiedEvent,
  userRegisteredEvent,
  userSuspendedEvent,
  userUpdatedEvent,
} from '#libs/contracts';

const UPDATE = {
  event: userUpdatedEvent,
  data: ({ changes }: { changes: AuditChanges | null }) => ({ changed: Object.keys(changes ?? {}) }),
};
const NO_DATA = () => ({});

export const userCreated = defineAuditEvent('user.created', 'An administrator created the account.', {
  event: userRegisteredEvent,
  data: NO_DATA,
});
export const userRegistered = defineAuditEvent(
  'user.registered',
  'Someone created the account for themselves.',
  { event: userRegisteredEvent, data: NO_DATA },
);
export const userUpdated = defineAuditEvent('user.updated', 'An administrator changed the profile.', UPDATE);
export const userSuspended = defineAuditEvent('user.suspended', 'The user can no longer sign in.', {
  event: userSuspendedEvent,
  data: NO_DATA,
});
export const userRestored = defineAuditEvent('user.restored', 'The user can sign in again.', {
  event: userUpdatedEvent,
  data: () => ({ changed: ['status'] }),
});
export const userRolesChanged = defineAuditEvent(
  'user.roles-changed',
  "The user's roles were changed.",
  UPDATE,
);
export const userImpersonated = defineAuditEvent(
  'user.impersonated',
  'An administrator began to act as the user, for 15 minutes at most.',
);
export const userRemoved = defineAuditEvent('user.removed', 'The account was deleted.', {
  event: userDeletedEvent,
  data: NO_DATA,
});
export const emailVerified = defineAuditEvent('user.email-verified', 'The email address was verified.', {
  event: userEmailVerifiedEvent,
  data: NO_DATA,
});
export const emailChanged = defineAuditEvent('user.email-changed', 'The email address was changed.', {
  event: userUpdatedEvent,
  data: () => ({ changed: ['email'] }),
});
