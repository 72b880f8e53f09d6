import { AsyncLocalStorage } from 'node:async_hooks';

const background = new AsyncLocalStorage<true>();

/**
 * Runs work that nobody is waiting for, such as a job. It gets only a share of what it has in common with requests, such
 * as connections to PostgreSQL, so that no job, however stuck, keeps people from signing in.
 */
export function inBackground<T>(work: () => T): T {
  return background.run(true, work);
}

export function isInBackground(): boolean {
  return background.getStore() !== undefined;
}
