/** The injection token of the jobs that this process knows: those whose declarations it has loaded. */
export const JOBS = Symbol('Jobs');

/** The name under which Bull finds the backoff that a job declares. */
export const DECLARED_BACKOFF = 'declared';
