export { AuditTrail } from './audit-trail.js';
export { AuditTrailModule } from './audit-trail.module.js';
