export { type AuditChanges, auditChanges } from './audit-changes.js';
export { AuditOrigin, type Origin } from './audit-origin.js';
export {
  type AuditEventType,
  auditEventTypes,
  defineAuditEvent,
  isAuditEventType,
} from './define-audit-event.js';
