import type { Job } from './define-job.js';
import type { JobProcessor } from './job-processor.js';
import { scheduleMistake } from './schedule.js';

/** A class with the decorator, and the module that provides it. */
export interface FoundProcessor {
  readonly job: Job;
  readonly className: string;
  readonly moduleName: string;
  readonly instance: JobProcessor;
}

export interface RunnableJob {
  readonly job: Job;
  readonly processor: JobProcessor;
}

/**
 * Assigns each job of `role` its processor. A job without one would wait forever, one with two would be run by either, and
 * one of a role that isn't among `roles`, those that this process runs, would never run. All three prevent startup, and so
 * does a schedule that isn't valid.
 * @throws Error with one line per mistake that says how to fix it
 */
export function assignProcessors(
  jobs: readonly Job[],
  role: string,
  found: readonly FoundProcessor[],
  roles: readonly string[],
): RunnableJob[] {
  const own = jobs.filter((job) => job.role === role);
  const mistakes = own.length > 0 ? [] : [`No job has the role "${role}": declare one with defineJob.`];
  for (const { job, className, moduleName } of found.filter((one) => !roles.includes(one.job.role))) {
    mistakes.push(
      `${className} (in ${moduleName}) processes the job "${job.name}", whose role "${job.role}" doesn't run here. This ` +
        `process runs: ${roles.join(', ')}. Correct the role in defineJob, or provide the class in a module of that role.`,
    );
  }
  mistakes.push(...own.flatMap((job) => periodMistake(job) ?? []));
  const assigned = own.flatMap((job) => {
    const [processor, ...others] = found.filter((candidate) => candidate.job.name === job.name);
    if (!processor) {
      mistakes.push(
        `Nothing processes the job "${job.name}" (role "${role}"): decorate a class with @ProcessesJob and provide it ` +
          'in a module of this role. For a job that purges, import PurgeModule.forJob there; for one that delivers or ' +
          'confirms the messages of a service, MessageRelayModule.forService.',
      );
      return [];
    }
    if (others.length > 0) {
      const all = [processor, ...others].map((one) => `${one.className} (in ${one.moduleName})`);
      mistakes.push(`The job "${job.name}" has more than one processor: ${all.join(' and ')}. Keep one.`);
    }
    return [{ job, processor: processor.instance }];
  });
  if (mistakes.length > 0) {
    throw new Error(mistakes.join('\n'));
  }
  return assigned;
}

function periodMistake({ name, schedule, everyMinutes, keepCompleted }: Job): string | undefined {
  if (!schedule) {
    return undefined;
  }
  if (everyMinutes !== undefined) {
    return `The job "${name}" has both a schedule and everyMinutes. Keep one in defineJob.`;
  }
  if (!keepCompleted) {
    return (
      `The job "${name}" has a schedule, but doesn't keep completed jobs, so it would run again every minute. Add ` +
      'keepCompleted in defineJob, such as { ageSeconds: 366 * 86_400, count: 10 }.'
    );
  }
  const mistake = scheduleMistake(schedule);
  return mistake && `The job "${name}" ${mistake}`;
}
