import { defineAuditEvent } from '#libs/audit';

export const broadcastStarted = defineAuditEvent(
  'broadcast.started',
  'Someone began to send a notification to many users.',
);
export const broadcastPaused = defineAuditEvent('broadcast.paused', 'An administrator paused a broadcast.');
export const broadcastResumed = defineAuditEvent(
  'broadcast.resumed',
  'An administrator let a paused broadcast go on.',
);
export const broadcastCanceled = defineAuditEvent(
  'broadcast.canceled',
  'An administrator canceled a broadcast.',
);
