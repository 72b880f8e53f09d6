/** The injection token of all jobs whose declarations this process has loaded. */
export const JOBS = Symbol('Jobs');

/** The name under which Bull finds a job's declared backoff. */
export const DECLARED_BACKOFF = 'declared';
