import { defineProblem } from '#libs/problem';

export const weakPassword = defineProblem('weak-password', {
  status: 422,
  title: 'The password is too weak',
  about: 'The password is one of those that attackers try first, or it is the e-mail address itself.',
});
