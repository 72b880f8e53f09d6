import { defineProblem } from '#libs/problem';

export const passwordRequired = defineProblem('password-required', {
  status: 401,
  title: 'Password required',
  about: "Anyone can register an address, so the link alone isn't enough.",
  fix: 'Send the token along with the password you signed up with, or send it from the browser you signed up in.',
});
