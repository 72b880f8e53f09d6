export { type AuditChanges, AuditLog } from './audit-log.js';
export { AuditModule } from './audit.module.js';
export { type AuditEventType, defineAuditEvent } from './define-audit-event.js';
export { jobCanceled, jobRetried } from './jobs.events.js';
