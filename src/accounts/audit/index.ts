export { AuditLog } from './audit-log.js';
export { AuditModule } from './audit.module.js';
export { jobCanceled, jobRetried } from './jobs.events.js';
