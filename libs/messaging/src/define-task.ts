import type { Job } from '#libs/jobs';

/** Work that a service keeps in its outbox until it's done, identified only by an ID. */
export interface Task<P extends object = object> {
  readonly job: Job<P>;
  readonly payloadFor: (id: string) => P;
  /** False if it may wait for days without anything being wrong here. */
  readonly countsAsBacklog: boolean;
}

const tasks = new Map<string, Task>();

/** Declares a task: the job that does it, and the job's payload for an ID. */
export function defineTask<P extends object>(
  job: Job<P>,
  payloadFor: (id: string) => P,
  { countsAsBacklog = true }: { readonly countsAsBacklog?: boolean } = {},
): Task<P> {
  const task = { job, payloadFor, countsAsBacklog };
  tasks.set(job.name, task);
  return task;
}

/** The names of the tasks that are no backlog. */
export function patientTasks(): string[] {
  return [...tasks.values()].filter(({ countsAsBacklog }) => !countsAsBacklog).map(({ job }) => job.name);
}

export function findTask(name: string): Task | undefined {
  return tasks.get(name);
}
