import { defineProblem } from '#libs/problem';

export const emailNotVerified = defineProblem('email-not-verified', {
  status: 401,
  title: 'Email address not verified',
  about: "This is the password you registered with, but the registration hasn't been confirmed yet.",
  fix: 'Follow the link in the email we sent you, or request a new one. If you already had an account, use its password.',
});
