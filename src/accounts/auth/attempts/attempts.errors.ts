import { defineProblem } from '#libs/problem';

export const tooManyAttempts = defineProblem('too-many-attempts', {
  status: 429,
  title: 'Too many failed attempts',
  about: 'There were 100 wrong passwords or codes in the last hour.',
  fix:
    'Wait for as many seconds as `Retry-After` says, sign in on a device where you have signed in before or in another ' +
    'way, or reset the password.',
});
