import { defineScheduledJob } from '#libs/jobs';

/**
 * Creates the months of the audit log to come and drops old ones. At night, because both lock the table for a moment,
 * which waits for the transactions that write to it and keeps others waiting.
 */
export const rotateAuditMonths = defineScheduledJob('rotate-audit-months', 'worker', { cron: '30 3 * * *' });
