import { defineAuditEvent } from '../../audit/index.js';

export const sessionStarted = defineAuditEvent('session.started', 'The user signed in.');
export const sessionEnded = defineAuditEvent(
  'session.ended',
  'A session ended. The target is its ID, `all`, or `all others`.',
);
export const refreshReuseDetected = defineAuditEvent(
  'session.refresh-reuse-detected',
  'A refresh token was used twice, which ended the session.',
);
