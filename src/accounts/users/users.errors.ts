import { defineProblem } from '#libs/problem';

export const userNotFound = defineProblem('user-not-found', {
  status: 404,
  title: 'User not found',
  about: 'No user has this ID. The account may have been deleted.',
  fix: 'Check the ID.',
});

export const userNotActive = defineProblem('user-not-active', {
  status: 409,
  title: 'User not active',
  about: 'The user is suspended.',
  fix: 'Restore the user first.',
});

export const emailTaken = defineProblem('email-taken', {
  status: 409,
  title: 'Email address already in use',
  about: 'An account with this email address already exists.',
  fix: 'Sign in instead, or use a different address.',
  field: { pointer: '/email', message: 'is already in use' },
});
