import { defineProblem } from '#libs/problem';

export const jobNotFound = defineProblem('job-not-found', {
  status: 404,
  title: 'Job not found',
  about: 'There is no job with this ID, it finished more than 30 days ago, or someone else started it.',
  fix: 'Check the ID in the response that started the job.',
});
