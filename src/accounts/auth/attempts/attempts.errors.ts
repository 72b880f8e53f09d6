import { defineProblem } from '#libs/problem';

export const tooManyAttempts = defineProblem('too-many-attempts', {
  status: 429,
  title: 'Too many failed attempts',
  about: 'There were 100 failed attempts for this account or address in the last hour.',
  fix:
    "Wait for the number of seconds in `Retry-After`. Alternatively, use a device you've signed in on " +
    'before, sign in another way, or reset the password.',
});
