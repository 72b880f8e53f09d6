import { defineProblem } from '#libs/problem';

export const emailNotVerified = defineProblem('email-not-verified', {
  status: 401,
  title: 'Email address not verified',
  about: 'The password is the one you registered with, but nobody has confirmed this registration yet.',
  fix: 'Follow the link in the email we sent you, or request a new one. If you already had an account, use its password.',
});
