import { defineProblem } from '#libs/problem';

export const weakPassword = defineProblem('weak-password', {
  status: 422,
  title: 'Password too weak',
  about: 'The password is too common, known from a data breach, or the same as the email address.',
  fix: 'Choose another one.',
  field: { pointer: '/password', message: 'must be harder to guess' },
});

export const tooManyAttempts = defineProblem('too-many-attempts', {
  status: 429,
  title: 'Too many wrong passwords',
  about: 'There were 100 wrong passwords in the last hour.',
  fix:
    'Wait for as many seconds as `Retry-After` says, sign in on a device where you have signed in before, or reset the ' +
    'password.',
});
