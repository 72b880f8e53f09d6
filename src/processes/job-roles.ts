import type { Job } from '#libs/jobs';
import type { Role } from '../../config/index.js';

/** The roles whose composition root imports `JobRunnerModule.forRole`. */
const RUNNERS: readonly Role[] = ['worker', 'notifications'];

/**
 * A job of any other role would wait forever, and so would messages to a service with such a role: no process runs it,
 * so none would notice.
 * @throws Error with one line per job that says how to fix it
 */
export function requireRunners(jobs: readonly Job[]): void {
  const mistakes = jobs
    .filter(({ role }) => !RUNNERS.some((runner) => runner === role))
    .map(
      ({ name, role }) =>
        `No process runs the job "${name}": its role is "${role}". In defineJob or defineService, choose one of ` +
        `${RUNNERS.join(', ')}; or import JobRunnerModule.forRole('${role}') in a composition root, and list the role in ` +
        'src/processes/job-roles.ts.',
    );
  if (mistakes.length > 0) {
    throw new Error(mistakes.join('\n'));
  }
}
