import { defineAuditEvent } from '../audit/index.js';

export const userCreated = defineAuditEvent('user.created', 'An administrator created the account.');
export const userRegistered = defineAuditEvent(
  'user.registered',
  'Someone created the account for themselves.',
);
export const userUpdated = defineAuditEvent('user.updated', 'An administrator changed the profile.');
export const userSuspended = defineAuditEvent('user.suspended', 'The user can no longer sign in.');
export const userRestored = defineAuditEvent('user.restored', 'The user can sign in again.');
export const userRolesChanged = defineAuditEvent('user.roles-changed', "The user's roles were changed.");
export const userImpersonated = defineAuditEvent(
  'user.impersonated',
  'An administrator began to act as the user, for 15 minutes at most.',
);
export const userRemoved = defineAuditEvent('user.removed', 'The account was deleted.');
export const emailVerified = defineAuditEvent('user.email-verified', 'The email address was verified.');
export const emailChanged = defineAuditEvent('user.email-changed', 'The email address was changed.');
