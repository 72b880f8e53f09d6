import { defineProblem } from '#libs/problem';

export const passwordRequired = defineProblem('password-required', {
  status: 401,
  title: 'Password required',
  about: 'Anyone can register an address, so the link alone is not enough.',
  fix: 'Send the token together with the password you signed up with, or from the browser you signed up in.',
});
