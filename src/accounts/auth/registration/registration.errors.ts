import { defineProblem } from '#libs/problem';

export const registrationClosed = defineProblem('registration-closed', {
  status: 403,
  title: 'Registration closed',
  about: 'Only administrators can create accounts.',
  fix: 'Ask an administrator to create one for you.',
});
