import { defineProblem } from '#libs/problem';

export const jobNotFound = defineProblem('job-not-found', {
  status: 404,
  title: 'Job not found',
  about: 'There is no job with this ID, it finished more than 30 days ago, or someone else started it.',
  fix: 'Check the ID in the response that started the job.',
});

export const jobIsOver = defineProblem('job-is-over', {
  status: 409,
  title: 'Job already finished',
  about: 'The job has finished, or has gone too far to be canceled.',
  fix: 'Get the job to see its `state`.',
});

export const jobNotRetryable = defineProblem('job-not-retryable', {
  status: 409,
  title: "Job can't be retried",
  about:
    'Only failed jobs can be retried, and not all of them. Jobs that need a file can be retried for a day ' +
    'after they fail.',
  fix: 'Start a new job.',
});

export const jobNotPausable = defineProblem('job-not-pausable', {
  status: 409,
  title: "Job can't be paused or resumed",
  about:
    'Only broadcasts can be paused, as long as something of them is still to be sent, and only paused jobs can be resumed.',
  fix: 'Get the job to see its `state`.',
});
