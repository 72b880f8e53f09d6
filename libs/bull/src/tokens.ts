/** The injected job table. */
export const JOB_TABLE = Symbol('JobTable');

/** The name under which Bull finds the backoff that the job table declares. */
export const DECLARED_BACKOFF = 'declared';
