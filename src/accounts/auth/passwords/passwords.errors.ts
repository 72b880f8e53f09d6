import { defineProblem } from '#libs/problem';

export const weakPassword = defineProblem('weak-password', {
  status: 422,
  title: 'Password too weak',
  about: 'The password is too common, known from a data breach, or the same as the email address.',
  fix: 'Choose another one.',
  field: { pointer: '/password', message: 'must be harder to guess' },
});
