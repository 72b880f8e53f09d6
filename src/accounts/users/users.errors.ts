import { defineProblem } from '#libs/problem';

export const userNotFound = defineProblem('user-not-found', {
  status: 404,
  title: 'There is no such user',
  about: 'No user has this id. It may have been deleted.',
});

export const emailTaken = defineProblem('email-taken', {
  status: 409,
  title: 'The address is taken',
  about: 'Another account has this e-mail address; addresses are compared without case. Sign in instead.',
});
