import type { JobProcessor } from './job-processor.js';
import type { JobTable } from './job-table.js';

/** A class found with the decorator, and the module it was found in. */
export interface FoundProcessor {
  readonly job: string;
  readonly className: string;
  readonly moduleName: string;
  readonly instance: JobProcessor;
}

/**
 * Which processor runs which job of `role`. A job that nobody takes would wait for ever, and one that two take would
 * be run by either, so both stop the start.
 * @throws Error with one line for each mistake, which says how to mend it
 */
export function assignProcessors(
  table: JobTable,
  role: string,
  found: readonly FoundProcessor[],
): Map<string, JobProcessor> {
  const jobs = Object.keys(table).filter((job) => table[job]?.role === role);
  const assigned = new Map<string, JobProcessor>();
  const mistakes = jobs.length > 0 ? [] : [`No job has the role "${role}"; see the job table.`];
  for (const { job, className } of found.filter(({ job: name }) => !Object.hasOwn(table, name))) {
    mistakes.push(
      `${className} is decorated with @ProcessesJob('${job}'), but the job table has no such job.`,
    );
  }
  for (const job of jobs) {
    const [processor, ...others] = found.filter((candidate) => candidate.job === job);
    if (!processor) {
      mistakes.push(
        `Nothing processes the job "${job}" (role "${role}"): decorate a class with @ProcessesJob('${job}') ` +
          'and provide it in a module of this role.',
      );
    } else if (others.length > 0) {
      const all = [processor, ...others].map((one) => `${one.className} (in ${one.moduleName})`);
      mistakes.push(`The job "${job}" has more than one processor: ${all.join(' and ')}. Keep one.`);
    } else {
      assigned.set(job, processor.instance);
    }
  }
  if (mistakes.length > 0) {
    throw new Error(mistakes.join('\n'));
  }
  return assigned;
}
