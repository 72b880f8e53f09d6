import type { Job } from '#libs/jobs';

/** Work that a service keeps in its outbox until it's done, identified only by an ID. */
export interface Task<P extends object = object> {
  readonly job: Job<P>;
  readonly payloadFor: (id: string) => P;
}

const tasks = new Map<string, Task>();

/** Declares a task: the job that does it, and the job's payload for an ID. */
export function defineTask<P extends object>(job: Job<P>, payloadFor: (id: string) => P): Task<P> {
  const task = { job, payloadFor };
  tasks.set(job.name, task);
  return task;
}

export function findTask(name: string): Task | undefined {
  return tasks.get(name);
}
