import { defineProblem } from '#libs/problem';

export const registrationClosed = defineProblem('registration-closed', {
  status: 403,
  title: 'Registration closed',
  about: 'Accounts are only opened by administrators.',
  fix: 'Ask one of them for an invitation.',
});
