import { defineAuditEvent } from '#libs/audit';

export const jobRetried = defineAuditEvent('job.retried', 'An administrator retried a job that had failed.');
export const jobCanceled = defineAuditEvent('job.canceled', 'An administrator canceled a job.');
